//! The secret key in a real key store: there and back, without one, and killed at any moment.

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use skein_integration::chance::Chance;
use skein_integration::ground::Ground;
use skein_integration::key_store::{KeyStore, until_key};
use skein_integration::length;
use skein_integration::network::Network;
use skein_integration::peer::{COMMAND, LISTEN, Peer};
use skein_integration::process::Running;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};

fn main() -> ExitCode {
    let case = |name, action| Case {
        name,
        needs: Needs::KeyStore,
        action,
    };
    trial::main(vec![
        case("a_key_in_the_key_store_lies_nowhere_else", there_and_back),
        case(
            "story_36_without_its_key_store_a_device_ends_with_exit_3_and_makes_nothing",
            without_it,
        ),
        case("a_key_store_that_hangs_keeps_nobody_waiting", hanging),
        case(
            "killed_at_any_moment_of_a_move_the_key_is_there",
            killed_while_moving,
        ),
    ])
}

fn with_key_store(ground: &Ground) -> (Peer, KeyStore) {
    let mut ana = Peer::new(Network::new(ground).host("ana"), "Ana");
    let store = KeyStore::of(&mut ana);
    (ana, store)
}

/// Whether any file of the profile holds these bytes.
fn is_in_profile(peer: &Peer, secret: &[u8]) -> bool {
    fs::read_dir(peer.home.profile())
        .expect("a profile")
        .flatten()
        .filter(|file| file.file_type().is_ok_and(|kind| kind.is_file()))
        .any(|file| {
            let bytes = fs::read(file.path()).expect("a file can be read");
            bytes.windows(secret.len()).any(|window| window == secret)
        })
}

fn there_and_back(ground: &Ground) {
    let (ana, _store) = with_key_store(ground);
    let device = ana.device();
    let root = ana.home.profile().join("root");
    let secret = fs::read(&root).expect("the key lies in a file at first");
    assert!(is_in_profile(&ana, &secret));
    let moved = ana.json(&["key", "move", "--to", "keystore"]);
    assert_eq!(
        (&moved["place"], &moved["copy_left"]),
        (&"keystore".into(), &false.into())
    );
    assert!(!is_in_profile(&ana, &secret), "the secret is still there");
    assert_eq!(ana.device(), device);
    let note = ana.text_of(&["note", "new", "--title", "Signed"], "note");
    ana.json(&["note", "append", &note, "with the same key"]);
    ana.verify_clean();
    let moved = ana.json(&["key", "move", "--to", "file"]);
    assert_eq!(
        (&moved["place"], &moved["copy_left"]),
        (&"file".into(), &false.into())
    );
    assert_eq!(fs::read(&root).expect("the file again"), secret);
    assert_eq!(ana.device(), device);
}

fn without_it(ground: &Ground) {
    let (ana, mut store) = with_key_store(ground);
    let device = ana.device();
    ana.json(&["key", "move", "--to", "keystore"]);
    let toml = ana.home.profile().join("key.toml");
    let before = fs::read(&toml).expect("key.toml");
    store.end();
    for arguments in [&["status"][..], &["init"], &["run"]] {
        let error = ana.fails(3, arguments);
        assert_eq!(error["code"], "key_missing", "{error}");
        let message = error["message"].to_string();
        assert!(message.contains("no key store answered"), "{message}");
        assert!(message.contains("no new key was made"), "{message}");
    }
    store.begin(&ana, false);
    let error = ana.fails(3, &["status"]);
    assert!(
        error["message"].to_string().contains("stayed locked"),
        "{error}"
    );
    store.end();
    assert!(!ana.home.profile().join("root").exists());
    assert_eq!(fs::read(&toml).expect("key.toml"), before);
    store.begin(&ana, true);
    assert_eq!(ana.device(), device);
    store.end();
    // Another bus with a store that has never heard of the device.
    let mut stranger = Peer::new(Network::new(ground).host("eve"), "Eve");
    let _empty = KeyStore::of(&mut stranger);
    let mut ana = ana;
    ana.variables = stranger.variables.clone();
    let error = ana.fails(3, &["status"]);
    assert!(
        error["message"]
            .to_string()
            .contains("holds no key for this device"),
        "{error}"
    );
}

fn hanging(ground: &Ground) {
    let (mut ana, store) = with_key_store(ground);
    let ready = ana.start(&LISTEN);
    let note = ana.text_of(&["note", "new", "--title", "Kept"], "note");
    store.freeze();
    let mut moving =
        Running::start(&mut ana.command(&["--json", "key", "move", "--to", "keystore"]));
    until_key(&ana, "it is being moved", |key| key["moving"] == "keystore");
    ana.json(&["note", "append", &note, "written meanwhile"]);
    assert_eq!(ana.text(&note), "written meanwhile");
    assert!(moving.ended().is_none(), "it waits for the key store");
    store.thaw();
    let ended = moving.ends_within(COMMAND).and_then(|status| status.code());
    assert_eq!(ended, Some(0), "{}", moving.err.tail(5));
    until_key(&ana, "it lies there", |key| key["place"] == "keystore");
    assert_eq!(ana.device(), ready["device"], "nothing was started again");
    // Asked to end while it waits, it ends.
    store.freeze();
    let moving = Running::start(&mut ana.command(&["--json", "key", "move", "--to", "file"]));
    until_key(
        &ana,
        "the file was written, and is erased in the store",
        |key| key["copy_left"] == true || key["moving"] == "file",
    );
    ana.stop();
    drop(moving);
    store.thaw();
    assert_eq!(ana.device(), ready["device"]);
}

fn killed_while_moving(ground: &Ground) {
    let (mut ana, _store) = with_key_store(ground);
    let device = ana.device();
    let secret =
        fs::read(ana.home.profile().join("root")).expect("the key lies in a file at first");
    let kills = length::times("SKEIN_KEY_KILLS", 60, 1000);
    let mut chance = Chance::said_aloud();
    let (mut cut_short, mut with_copy) = (0, 0);
    for _ in 0..kills {
        let from = ana.json(&["key", "show"]);
        let to = match from["place"].as_str() {
            Some("file") => "keystore",
            _ => "file",
        };
        let mut moving = Running::start(&mut ana.command(&["key", "move", "--to", to]));
        std::thread::sleep(chance.time(Duration::from_millis(120)));
        moving.kill9();
        assert_eq!(ana.device(), device);
        let after = ana.json(&["key", "show"]);
        cut_short += usize::from(after["place"] == from["place"]);
        if after["copy_left"] == true {
            with_copy += 1;
        } else {
            let is_here = is_in_profile(&ana, &secret);
            assert_eq!(is_here, after["place"] == "file", "{after}");
        }
    }
    tell(format!(
        "{kills} moves killed, {cut_short} of them before they were done, {with_copy} with a copy left"
    ));
    assert!(
        cut_short > 0 && cut_short < kills,
        "the moments were not drawn well"
    );
    // What runs erases what is left over.
    ana.start(&LISTEN);
    until_key(&ana, "no copy is left", |key| key["copy_left"] == false);
    ana.stop();
    let place = ana.json(&["key", "show"]);
    assert_eq!(is_in_profile(&ana, &secret), place["place"] == "file");
    assert_eq!(ana.device(), device);
    ana.verify_clean();
}
