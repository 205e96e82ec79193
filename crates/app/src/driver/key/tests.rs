use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::profile::key_store_memory::{MemoryStore, Mood};
use crate::profile::{HolderKind, KeyPlace, Missing};
use crate::view::KeyView;
use crate::{App, AppError, Code, GivenNames, Network, Options, ShellEvent};

const PATIENCE: Duration = Duration::from_secs(30);

fn options(dir: &std::path::Path) -> Options {
    Options {
        profile: dir.to_path_buf(),
        holder: HolderKind::Window,
        missing: Missing::Create,
        network: Some(Network {
            listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
            discovery: false,
            gossip: false,
            offline: false,
        }),
        control: false,
        names: GivenNames::default(),
    }
}

async fn open(dir: &std::path::Path, store: &Arc<MemoryStore>) -> App {
    App::open_with_key_store(options(dir), store.clone())
        .await
        .unwrap()
}

/// A new profile with its key in a file, and a store beside it. The folder goes with the first value.
async fn fresh() -> (tempfile::TempDir, PathBuf, Arc<MemoryStore>, App) {
    let temp = tempfile::tempdir().unwrap();
    let (dir, store) = (temp.path().join("profile"), MemoryStore::new());
    let app = open(&dir, &store).await;
    (temp, dir, store, app)
}

/// A move that waits for a person.
async fn waiting_move(app: &App, store: &MemoryStore) -> JoinHandle<Result<KeyView, AppError>> {
    store.feel(Mood::Asking);
    let mut events = app.subscribe();
    let mover = app.clone();
    let moved = tokio::spawn(async move { mover.move_key(KeyPlace::Keystore).await });
    hears(&mut events, |key| key.moving.is_some()).await;
    moved
}

/// Waits for an event about the key for which something holds.
async fn hears(
    events: &mut tokio::sync::broadcast::Receiver<ShellEvent>,
    holds: impl Fn(&KeyView) -> bool,
) {
    let heard = timeout(PATIENCE, async {
        loop {
            if let ShellEvent::Key(key) = events.recv().await.unwrap()
                && holds(&key)
            {
                return;
            }
        }
    });
    heard.await.expect("the key was never told to be so");
}

#[tokio::test]
async fn a_move_while_running_restarts_nothing_and_keeps_every_address() {
    let (_temp, dir, store, app) = fresh().await;
    app.ready().await.unwrap();
    let before = app.overview().await.unwrap();
    let mut events = app.subscribe();
    let key = app.move_key(KeyPlace::Keystore).await.unwrap();
    assert_eq!((key.place, key.copy_left), (KeyPlace::Keystore, false));
    assert!(!dir.join("root").exists());
    hears(&mut events, |key| key.moving == Some(KeyPlace::Keystore)).await;
    hears(&mut events, |key| key.moving.is_none()).await;
    let after = app.overview().await.unwrap();
    assert_eq!(after.listening, before.listening);
    assert!(!after.listening.is_empty());
    app.close().await;
    let again = open(&dir, &store).await;
    assert_eq!(again.device(), before.device);
    assert_eq!(again.key().await.unwrap().place, KeyPlace::Keystore);
    again.move_key(KeyPlace::File).await.unwrap();
    assert!(store.held(again.device()).is_none());
    again.close().await;
}

#[tokio::test]
async fn writing_goes_on_while_the_store_waits_for_a_person_and_it_can_be_called_off() {
    let (_temp, _, store, app) = fresh().await;
    let moved = waiting_move(&app, &store).await;
    let space = app.find_space(None).await.unwrap();
    let made = timeout(PATIENCE, app.create_note(space, Some("Words".into()), None));
    made.await.expect("the loop waits for nobody").unwrap();
    let twice = app.move_key(KeyPlace::Keystore).await.unwrap_err();
    assert_eq!(twice.code(), Code::TooMuch);
    app.call_off_moving_key().await.unwrap();
    let refused = timeout(PATIENCE, moved).await.unwrap().unwrap();
    assert_eq!(refused.unwrap_err().code(), Code::CalledOff);
    let key = app.key().await.unwrap();
    assert_eq!((key.place, key.moving), (KeyPlace::File, None));
    app.close().await;
}

#[tokio::test]
async fn whoever_asked_is_answered_also_when_the_talk_with_the_store_breaks_off() {
    let (_temp, _, store, app) = fresh().await;
    store.feel(Mood::Bursting);
    let refused = timeout(PATIENCE, app.move_key(KeyPlace::Keystore)).await;
    assert_eq!(refused.unwrap().unwrap_err().code(), Code::KeyStoreRefused);
    store.feel(Mood::Well);
    let key = app.move_key(KeyPlace::Keystore).await.unwrap();
    assert_eq!((key.place, key.copy_left), (KeyPlace::Keystore, false));
    app.close().await;
}

#[tokio::test]
async fn closing_ends_a_move_that_waits_and_frees_the_profile() {
    let (_temp, dir, store, app) = fresh().await;
    let moved = waiting_move(&app, &store).await;
    timeout(PATIENCE, app.close())
        .await
        .expect("it does not wait");
    assert!(moved.await.unwrap().is_err());
    let again = open(&dir, &store).await;
    assert_eq!(again.device(), app.device());
    again.close().await;
}

#[tokio::test]
async fn a_start_erases_the_copy_that_a_move_left() {
    let (_temp, dir, store, app) = fresh().await;
    app.move_key(KeyPlace::Keystore).await.unwrap();
    store.feel(Mood::Clinging);
    let key = app.move_key(KeyPlace::File).await.unwrap();
    assert_eq!((key.place, key.copy_left), (KeyPlace::File, true));
    app.close().await;
    store.feel(Mood::Well);
    let again = open(&dir, &store).await;
    let gone = timeout(PATIENCE, async {
        while again.key().await.unwrap().copy_left {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    gone.await.expect("the copy is erased");
    assert!(store.held(again.device()).is_none());
    again.close().await;
}

#[tokio::test]
async fn without_the_store_it_does_not_open_and_says_so_with_exit_code_3() {
    let (_temp, dir, store, app) = fresh().await;
    app.move_key(KeyPlace::Keystore).await.unwrap();
    app.close().await;
    store.feel(Mood::Absent);
    let Err(refused) = App::open_with_key_store(options(&dir), store.clone()).await else {
        panic!("it opened without its key");
    };
    assert_eq!(refused.code(), Code::KeyMissing);
    assert_eq!(refused.code().class(), crate::Class::Profile);
    assert!(
        refused.to_string().contains("no key store answered"),
        "{refused}"
    );
    store.feel(Mood::Well);
    assert_eq!(open(&dir, &store).await.device(), app.device());
}
