//! The control socket.

use skein_app::control::{Answer, Client, Request};
use skein_app::view::Happening;
use skein_app::{App, Code, Options};

use crate::support::{Device, PATIENCE, mode};

async fn serving(device: &Device) -> App {
    let options = Options {
        control: true,
        ..device.options()
    };
    App::open(options).await.unwrap()
}

fn new_note() -> Request {
    Request::NoteNew {
        space: None,
        title: Some("Over the socket".into()),
        markdown: None,
    }
}

#[tokio::test]
async fn a_client_sees_and_changes_what_the_app_holds() {
    let ana = Device::new("Ana");
    let app = serving(&ana).await;
    assert_eq!(mode(&ana.dir().join("control.sock")), 0o600);
    let mut client = Client::connect(&ana.dir()).await.unwrap();
    let Answer::Note(note) = client.ask(&new_note()).await.unwrap() else {
        panic!("no note");
    };
    let (space, found) = app.find_note(&note.to_string()).await.unwrap();
    assert_eq!(found, note);
    assert_eq!(app.notes(space).await.unwrap()[0].title, "Over the socket");
    let missing = Request::NoteHash {
        note: "00000000".into(),
    };
    assert_eq!(client.ask(&missing).await.unwrap_err().code, Code::NotFound);
    // The connection goes on after a failed request.
    assert!(client.ask(&Request::SpaceList).await.is_ok());
    app.close().await;
    assert!(!ana.dir().join("control.sock").exists());
    assert_eq!(
        client.ask(&Request::SpaceList).await.unwrap_err().code,
        Code::Stopping
    );
    assert_eq!(
        Client::connect(&ana.dir()).await.unwrap_err().code,
        Code::NoPeer
    );
}

#[tokio::test]
async fn a_watcher_hears_of_edits_until_the_app_ends() {
    let ana = Device::new("Ana");
    let app = serving(&ana).await;
    let mut watching = Client::connect(&ana.dir())
        .await
        .unwrap()
        .watch()
        .await
        .unwrap();
    let mut client = Client::connect(&ana.dir()).await.unwrap();
    let Answer::Note(note) = client.ask(&new_note()).await.unwrap() else {
        panic!("no note");
    };
    let heard = async {
        loop {
            let event = watching.next().await.unwrap().expect("the app runs");
            if matches!(event.what, Happening::Edit { note: of, .. } if of == note) {
                return event;
            }
        }
    };
    let event = tokio::time::timeout(PATIENCE, heard).await.unwrap();
    assert!(event.at_ms > 0);
    app.close().await;
    let ended = async { while watching.next().await.unwrap().is_some() {} };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
}

#[tokio::test]
async fn the_seventeenth_client_is_turned_away() {
    let ana = Device::new("Ana");
    let app = serving(&ana).await;
    let mut clients = Vec::new();
    for _ in 0..16 {
        let mut client = Client::connect(&ana.dir()).await.unwrap();
        client.ask(&Request::SpaceList).await.unwrap();
        clients.push(client);
    }
    let mut one_more = Client::connect(&ana.dir()).await.unwrap();
    let refused = one_more.ask(&Request::SpaceList).await.unwrap_err();
    assert!(
        matches!(refused.code, Code::TooMuch | Code::Stopping),
        "{refused}"
    );
    clients.pop();
    crate::support::until("there is room again", || async {
        let mut client = Client::connect(&ana.dir()).await.unwrap();
        client.ask(&Request::SpaceList).await.is_ok()
    })
    .await;
    app.close().await;
}

#[tokio::test]
async fn a_client_can_end_the_process_and_the_profile_is_free() {
    let ana = Device::new("Ana");
    let app = serving(&ana).await;
    let mut client = Client::connect(&ana.dir()).await.unwrap();
    assert_eq!(client.ask(&Request::Stop).await.unwrap(), Answer::Done);
    tokio::time::timeout(PATIENCE, app.stopped()).await.unwrap();
    assert_eq!(app.failure(), None);
    ana.alone().await.close().await;
}

#[tokio::test]
async fn what_a_stale_process_left_is_no_hindrance() {
    let ana = Device::new("Ana");
    ana.alone().await.close().await;
    // As after kill -9.
    drop(std::os::unix::net::UnixListener::bind(ana.dir().join("control.sock")).unwrap());
    let app = serving(&ana).await;
    assert!(Client::connect(&ana.dir()).await.is_ok());
    app.close().await;
}
