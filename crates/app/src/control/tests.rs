use std::io::Cursor;

use super::frame::{self, FrameError};
use super::messages::{Answer, CatFormat, Request};
use crate::config::{CONTROL_FRAME_BYTES, SOCKET_PATH_BYTES};
use crate::error::{Code, Fault};
use crate::view::{Role, WatchEvent};

fn requests() -> Vec<Request> {
    let text = || "text with \"quotes\" and ü\n".to_owned();
    vec![
        Request::Init {
            person: Some(text()),
            device_name: None,
        },
        Request::NoteNew {
            space: None,
            title: Some(text()),
            markdown: None,
        },
        Request::NoteList {
            space: Some(text()),
            trashed: true,
        },
        Request::NoteCat {
            note: text(),
            format: CatFormat::Json,
        },
        Request::NoteEdit {
            note: text(),
            at: 1,
            delete: 2,
            insert: text(),
        },
        Request::SpaceInvite {
            space: None,
            role: Role::Viewer,
            minutes: 10,
        },
        Request::WaitHeadsEqual {
            peers: Some(2),
            timeout_ms: 30_000,
        },
        Request::Verify,
        Request::Watch,
        Request::Stop,
    ]
}

#[tokio::test]
async fn a_request_reads_back_as_it_was_written() {
    for request in requests() {
        let mut wire = Vec::new();
        frame::write(&mut wire, &frame::encode(&request).unwrap())
            .await
            .unwrap();
        let json = frame::read(&mut Cursor::new(wire)).await.unwrap().unwrap();
        assert_eq!(serde_json::from_slice::<Request>(&json).unwrap(), request);
    }
}

#[tokio::test]
async fn a_long_answer_travels_in_parts_and_a_short_one_in_one() {
    for length in [
        0,
        10,
        CONTROL_FRAME_BYTES - 1,
        CONTROL_FRAME_BYTES,
        3 * CONTROL_FRAME_BYTES,
    ] {
        let answer = Answer::Content {
            note: skein_space::NoteId([1; 16]),
            content: "x".repeat(length),
        };
        let mut wire = Vec::new();
        frame::write_answer(&mut wire, &answer).await.unwrap();
        let read: Option<Answer> = frame::read_answer(&mut Cursor::new(wire)).await.unwrap();
        assert_eq!(read.unwrap(), answer);
    }
}

#[tokio::test]
async fn a_frame_above_the_limit_is_refused_before_it_is_read() {
    let mut wire = (CONTROL_FRAME_BYTES as u32 + 1).to_le_bytes().to_vec();
    wire.extend([0; 8]);
    let read = frame::read(&mut Cursor::new(wire)).await;
    assert!(matches!(read, Err(FrameError::TooLong(_))));
    let long = Request::NoteAppend {
        note: String::new(),
        text: "x".repeat(CONTROL_FRAME_BYTES),
    };
    assert!(matches!(frame::encode(&long), Err(FrameError::TooLong(_))));
}

#[tokio::test]
async fn the_end_between_frames_is_an_end_and_within_one_an_error() {
    let none = frame::read(&mut Cursor::new(Vec::new())).await.unwrap();
    assert!(none.is_none());
    let cut = frame::read(&mut Cursor::new(vec![5, 0, 0, 0, 1, 2])).await;
    assert!(matches!(cut, Err(FrameError::Broken(_))));
}

#[test]
fn a_fault_keeps_its_code_over_the_socket() {
    let fault = Fault::new(Code::TicketRefused, "expired");
    let json = serde_json::to_string(&Answer::Fault(fault.clone())).unwrap();
    assert!(json.contains("ticket_refused"), "{json}");
    assert_eq!(
        serde_json::from_str::<Answer>(&json).unwrap(),
        Answer::Fault(fault)
    );
}

#[test]
fn an_event_is_one_flat_object_with_its_time() {
    let json = r#"{"event":"peer","device":"0000000000000000000000000000000000000000000000000000000000000000","online":true,"at_ms":5}"#;
    let event: WatchEvent = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), json);
}

#[test]
fn the_socket_lies_in_the_profile_unless_its_path_is_too_long() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().canonicalize().unwrap();
    assert_eq!(super::socket_path(&dir).unwrap(), dir.join("control.sock"));
    let deep = dir.join("x".repeat(SOCKET_PATH_BYTES));
    std::fs::create_dir(&deep).unwrap();
    let path = super::socket_path(&deep).unwrap();
    assert!(!path.starts_with(&deep));
    assert!(
        path.as_os_str().len() <= SOCKET_PATH_BYTES,
        "{}",
        path.display()
    );
    assert_eq!(super::socket_path(&deep).unwrap(), path);
}
