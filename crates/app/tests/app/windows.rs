//! The contract between a window and the app.

use skein_app::view::DocMessage;

use crate::support::{Device, Window, default_space, text};

#[tokio::test]
async fn opening_a_new_note_stores_nothing_until_its_first_edit() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let heads = app.status().await.unwrap().spaces[0].heads.clone();
    let note = app.new_note_id();
    let mut window = Window::open(&app, space, note).await;
    assert!(window.opened.is_new && window.opened.can_write);
    assert_eq!(app.status().await.unwrap().spaces[0].heads, heads);
    assert!(app.notes(space).await.unwrap().is_empty());
    window.begin().await;
    window.saved().await;
    assert_eq!(app.notes(space).await.unwrap().len(), 1);
    app.close().await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.new_note_id();
    let mut window = Window::open(&app, space, note).await;
    window.begin().await;
    for (at, letter) in "hello".chars().enumerate() {
        window.type_at(at as u64, &letter.to_string()).await;
    }
    window.saved().await;
    drop(window);
    app.close().await;
    let again = ana.alone().await;
    assert_eq!(text(&again, space, note).await, "hello");
    let reopened = Window::open(&again, space, note).await;
    assert_eq!(reopened.text(), "hello");
    assert!(!reopened.opened.is_new);
    again.close().await;
}

#[tokio::test]
async fn two_windows_and_a_command_are_three_sessions_of_one_note() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.new_note_id();
    let mut one = Window::open(&app, space, note).await;
    one.begin().await;
    one.type_at(0, "one").await;
    one.saved().await;
    let mut two = Window::open(&app, space, note).await;
    assert_ne!(one.opened.client_id, two.opened.client_id);
    two.type_at(3, " two").await;
    two.saved().await;
    one.reads("one two").await;
    app.append(space, note, "three".into()).await.unwrap();
    one.reads("one two\nthree").await;
    two.reads("one two\nthree").await;
    app.close().await;
}

#[tokio::test]
async fn a_push_sent_twice_is_sealed_once_and_a_gap_is_asked_for() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.new_note_id();
    let mut window = Window::open(&app, space, note).await;
    window.begin().await;
    window.saved().await;
    let session = window.opened.session;
    app.push(session, 3, 0, vec![0, 0]).await.unwrap();
    assert_eq!(window.next().await, DocMessage::Resend { from: 2 });
    let before = app.status().await.unwrap().spaces[0].heads.clone();
    app.push(session, 1, 0, vec![0, 0]).await.unwrap();
    assert_eq!(window.next().await, DocMessage::Ack { sequence: 1 });
    assert_eq!(app.status().await.unwrap().spaces[0].heads, before);
    app.close().await;
}

#[tokio::test]
async fn what_our_gate_refuses_ends_the_session_and_is_kept_as_a_draft() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.new_note_id();
    let mut window = Window::open(&app, space, note).await;
    window.begin().await;
    window.type_at(0, "kept").await;
    window.saved().await;
    window.push(b"\x01\x01garbage".to_vec()).await;
    let DocMessage::Error { code, copy, .. } = window.next().await else {
        panic!("the refusal is not said");
    };
    assert_eq!(code, skein_app::Code::Refused);
    assert_eq!(copy.as_deref(), Some("kept"));
    assert!(matches!(window.next().await, DocMessage::Reset { .. }));
    // The draft is on disk, and the window may let go.
    assert!(matches!(window.next().await, DocMessage::Ack { .. }));
    app.close_note(window.opened.session).await.unwrap();
    assert!(window.opened.messages.recv().await.is_none());
    let again = Window::open(&app, space, note).await;
    assert_eq!(again.text(), "kept");
    app.close().await;
}

#[tokio::test]
async fn a_snapshot_is_taken_and_checked_after_five_hundred_edits() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.new_note_id();
    let mut window = Window::open(&app, space, note).await;
    window.begin().await;
    for at in 0..520 {
        window.type_at(at, "x").await;
    }
    window.saved().await;
    app.close().await;
    let again = ana.alone().await;
    assert_eq!(text(&again, space, note).await.len(), 520);
    let verified = again.verify().await.unwrap();
    assert!(verified.ok, "{:?}", verified.problems);
    again.close().await;
}
