//! The two-window story: what this program is for, in scenes that follow each other.
//!
//! Ana and Ben each have a machine of their own: a network namespace, a screen, a session bus, a
//! profile. `cargo xtask demo` tells it to a person, with pictures.

use std::net::Ipv4Addr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use skein_e2e::device::Device;
use skein_e2e::page;
use skein_e2e::webdriver::Key;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::MEETING;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

/// Who plays, from the first scene to the last.
struct Cast {
    ana: Device,
    ben: Device,
}

static CAST: Mutex<Option<Cast>> = Mutex::new(None);

fn main() -> ExitCode {
    let scene = |name, needs, action| Case {
        name,
        needs,
        action,
    };
    let code = trial::main(vec![
        scene(
            "one_joins_with_the_other_s_ticket_typed_into_the_dialog",
            Needs::Loopback,
            join,
        ),
        scene(
            "on_changed_addresses_they_find_each_other_again",
            Needs::Namespaces,
            change_network,
        ),
        scene(
            "both_type_in_one_paragraph_and_see_carets_and_names",
            Needs::Loopback,
            one_paragraph,
        ),
        scene(
            "what_both_wrote_apart_is_all_in_both_windows",
            Needs::Namespaces,
            apart,
        ),
        scene(
            "nothing_called_saved_is_missing_after_kill_9",
            Needs::Loopback,
            kill,
        ),
        scene(
            "both_devices_verify_clean_and_show_the_same_note",
            Needs::Loopback,
            verify,
        ),
    ]);
    drop(CAST.lock().expect("scenes give it back").take());
    code
}

/// Plays a scene with the cast of the one before; after a failure nobody plays on.
fn scene(play: impl FnOnce(&mut Cast)) {
    let mut cast = CAST.lock().expect("scenes give it back").take();
    let players = cast
        .as_mut()
        .expect("an earlier scene failed or was left out");
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| play(players))) {
        players.ana.report();
        players.ben.report();
        resume_unwind(panic);
    }
    *CAST.lock().expect("scenes give it back") = cast;
}

/// Where pictures go: `SKEIN_SCREENSHOTS`, or nowhere.
fn photograph(cast: &Cast, name: &str) {
    let Some(folder) = std::env::var_os("SKEIN_SCREENSHOTS").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    for (device, who) in [(&cast.ana, "ana"), (&cast.ben, "ben")] {
        device.photograph(&folder.join(format!("{name}-{who}.png")));
    }
    tell(format!("pictures: {name}-ana.png, {name}-ben.png"));
}

fn join(ground: &Ground) {
    let network = Network::new(ground);
    let ana = Device::new(network.host("ana"), "Ana");
    let ben = Device::new(network.host("ben"), "Ben");
    *CAST.lock().expect("the first scene") = Some(Cast { ana, ben });
    scene(|cast| {
        cast.ana.start(&[]);
        cast.ben.start(&[]);
        let (ana, ben) = (&cast.ana, &cast.ben);
        tell("Ana and Ben start Skein, each on a machine of their own");

        if !ana.shows(page::EDITOR) {
            ana.click(page::NEW_NOTE);
        }
        ana.click(page::TITLE);
        ana.types("Plan");
        ana.click(page::EDITOR);
        ana.types("The first line is Ana's.");
        ana.says("Saved on this device", Duration::from_secs(20));
        tell("Ana writes a note; her window says that it is saved on this device");

        ana.choose(page::INVITE);
        ana.click(page::INVITE_TICKET);
        ana.click(page::INVITE_MAKE);
        ana.see(page::TICKET_TEXT, Duration::from_secs(20));
        let ticket = until("the ticket is there", Duration::from_secs(20), || {
            let script = "const text = document.querySelector('[data-testid=\"ticket-text\"]');
                return text.value ?? text.textContent;";
            let text = ana.ask(script, &[]).as_str()?.trim().to_owned();
            text.to_uppercase().starts_with("SKEIN1-").then_some(text)
        });
        tell(format!(
            "Ana invites; her ticket has {} letters",
            ticket.len()
        ));
        ben.choose(page::JOIN_OPEN);
        ben.click(page::TICKET_INPUT);
        ben.types(&ticket);
        photograph(cast, "1-ticket");
        ben.click(page::JOIN_SUBMIT);
        ben.open_note("Plan");
        let took = ben.time_until("it shows Ana's line", |ben| {
            ben.text().contains("first line")
        });
        tell(format!(
            "Ben types it into the dialog and reads Ana's note ({:.1} s)",
            took.as_secs_f32()
        ));
        if ana.shows(page::TICKET_TEXT) {
            ana.presses(Key::Escape);
        }
        ana.says("Ben's laptop has everything", MEETING);
        tell("Ana's window says: Ben's laptop has everything");
        photograph(cast, "2-joined");
    });
}

fn change_network(_: &Ground) {
    scene(|cast| {
        for device in [&mut cast.ana, &mut cast.ben] {
            device.stop();
        }
        cast.ana.host.change_address(Ipv4Addr::new(10, 88, 3, 7));
        cast.ben.host.change_address(Ipv4Addr::new(10, 88, 3, 9));
        for device in [&mut cast.ana, &mut cast.ben] {
            device.start(&[]);
            device.open_note("Plan");
        }
        tell("both start again on another network, where nobody's old address is right");
        let (ana, ben) = (&cast.ana, &cast.ben);
        ana.caret_after("Ana's.");
        ana.types(" Written elsewhere.");
        let took = ben.time_until("it shows the new words", |ben| {
            ben.text().contains("elsewhere.")
        });
        tell(format!(
            "they find each other over mDNS; Ben reads on after {:.1} s",
            took.as_secs_f32()
        ));
        ana.says("Ben's laptop has everything", MEETING);
    });
}

/// `count` words that occur nowhere else, in the order of typing.
fn words(tag: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{tag}{number}")).collect()
}

fn assert_holds(text: &str, tokens: &[String]) {
    let missing: Vec<&String> = tokens
        .iter()
        .filter(|token| !text.contains(*token))
        .collect();
    assert!(missing.is_empty(), "missing {missing:?} in {text:?}");
}

/// Waits until both windows show the same text, and gives it.
fn same_text(cast: &Cast) -> String {
    until("both windows show the same text", MEETING, || {
        let text = cast.ana.text();
        (text == cast.ben.text()).then_some(text)
    })
}

fn one_paragraph(_: &Ground) {
    scene(|cast| {
        let (ana, ben) = (&cast.ana, &cast.ben);
        ana.caret_after("Ana's.");
        ben.caret_after("first");
        let (mine, theirs) = (words("ana", 25), words("ben", 25));
        std::thread::scope(|scope| {
            scope.spawn(|| mine.iter().for_each(|word| ana.types(&format!(" {word}"))));
            scope.spawn(|| {
                theirs
                    .iter()
                    .for_each(|word| ben.types(&format!(" {word}")))
            });
        });
        ana.time_until("it shows Ben's caret with his name", |ana| {
            ana.carets().iter().any(|name| name.contains("Ben"))
        });
        ben.time_until("it shows Ana's caret with her name", |ben| {
            ben.carets().iter().any(|name| name.contains("Ana"))
        });
        photograph(cast, "3-one-paragraph");
        let text = same_text(cast);
        assert_holds(&text, &mine);
        assert_holds(&text, &theirs);
        let first = text.lines().next().expect("a paragraph");
        assert_holds(first, &mine[24..]);
        assert_holds(first, &theirs[24..]);
        tell("both type 25 words into one paragraph at once; carets carry names, all 50 are there");
    });
}

fn apart(_: &Ground) {
    scene(|cast| {
        let (ana, ben) = (&cast.ana, &cast.ben);
        ana.caret_after("ana24");
        ana.types("\nThe second line is for both.");
        ben.time_until("it shows the second line", |ben| {
            ben.text().contains("for both.")
        });
        cast.ana.host.cut();
        tell("the link goes down");

        // Ana splits the first paragraph between two words and joins the second to what is above.
        ana.caret_after("ana10");
        ana.types("\nanasplit ");
        ana.caret_after("The second");
        ana.presses(Key::Home);
        ana.presses(Key::Backspace);
        ana.types("anajoined ");
        // Ben writes into both, and splits both elsewhere.
        ben.caret_after("ben10");
        ben.types(" benfirst\nbensplit");
        ben.caret_after("second line");
        ben.types(" bensecond\nbentail");
        for device in [ana, ben] {
            device.time_until("it says that the words are saved", |device| {
                saved(&device.status())
            });
            let status = device.status();
            assert!(
                !status.contains("has everything"),
                "{}: {status:?}",
                device.person
            );
        }
        assert_ne!(ana.text(), ben.text());
        photograph(cast, "4-apart");
        tell(format!(
            "both write, split and join the same paragraphs; Ana reads {:?}",
            ana.status()
        ));

        cast.ana.host.heal();
        let written = [
            "anasplit",
            "anajoined",
            "benfirst",
            "bensplit",
            "bensecond",
            "bentail",
        ];
        let written = written.map(str::to_owned);
        let all = |device: &Device| written.iter().all(|word| device.text().contains(word));
        let took = ana.time_until("it shows what Ben wrote", |ana| all(ana));
        let text = same_text(cast);
        assert_holds(&text, &written);
        assert_holds(&text, &words("ana", 25));
        assert_holds(&text, &words("ben", 25));
        for device in [ana, ben] {
            device.says("has everything", MEETING);
        }
        photograph(cast, "5-together");
        tell(format!(
            "the link is up: after {:.1} s both windows show all of it",
            took.as_secs_f32()
        ));
    });
}

/// Whether the status line calls the words in the window saved.
fn saved(status: &str) -> bool {
    let words = [
        "Saved on this device",
        "has everything",
        "have everything",
        "behind",
        "are saved",
    ];
    words.iter().any(|word| status.contains(word))
}

/// How often Ben's window is killed.
const KILLS: usize = 3;

fn kill(_: &Ground) {
    scene(|cast| {
        for round in 0..KILLS {
            kill_once(cast, round);
        }
    });
}

fn kill_once(cast: &mut Cast, round: usize) {
    let (ana, ben) = (&cast.ana, &cast.ben);
    ben.caret_after("first");
    let mut called_saved = String::new();
    for word in words(&format!("k{round}a"), 15) {
        ben.types(&format!(" {word}"));
        let (text, status) = ben.text_and_status().expect("the window is open");
        if saved(&status) {
            called_saved = text;
        }
    }
    let (text, _) = until("Ben's window calls its words saved", MEETING, || {
        ben.text_and_status()
            .ok()
            .filter(|(_, status)| saved(status))
    });
    called_saved = if text.len() > called_saved.len() {
        text
    } else {
        called_saved
    };

    // He types on without a pause; what Ana reads tells how far he is when the process dies.
    let unfinished = words(&format!("k{round}b"), 60);
    std::thread::scope(|scope| {
        let typing = scope.spawn(|| ben.session().keys(&format!(" {}", unfinished.join(" "))));
        ana.time_until("it shows words that Ben is typing", |ana| {
            ana.text().contains(&unfinished[4])
        });
        ben.kill_now();
        assert!(
            typing.join().expect("typing ends").is_err(),
            "he was killed while typing"
        );
    });
    let read_by_ana = ana.text();
    cast.ben.kill9();
    cast.ben.start(&[]);
    let (ana, ben) = (&cast.ana, &cast.ben);
    ben.open_note("Plan");
    ben.time_until("its note is there", |ben| !ben.text().is_empty());
    let there = ben.text();
    let lost = |text: &str| -> Vec<String> {
        text.split_whitespace()
            .filter(|word| !there.contains(*word))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        lost(&called_saved),
        Vec::<String>::new(),
        "called saved, and missing"
    );
    let text = same_text(cast);
    let lost = read_by_ana
        .split_whitespace()
        .filter(|word| !text.contains(*word))
        .count();
    assert_eq!(lost, 0, "Ana had read it");
    ana.says("Ben's laptop has everything", MEETING);
    tell(format!(
        "killed with -9 while typing ({}); all that was called saved is there",
        round + 1
    ));
    if round + 1 == KILLS {
        photograph(cast, "6-after-kill");
    }
}

fn verify(_: &Ground) {
    scene(|cast| {
        let text = same_text(cast);
        let note = |device: &Device| {
            let list = device.json(&["note", "list"]);
            let notes = list.as_array().expect("a list").clone();
            let plan = notes
                .into_iter()
                .find(|note| note["title"] == "Plan")
                .expect("the note");
            plan["id"].as_str().expect("an id").to_owned()
        };
        let id = note(&cast.ana);
        assert_eq!(id, note(&cast.ben));
        let hash = |device: &Device| device.json(&["note", "hash", &id])["hash"].clone();
        assert_eq!(hash(&cast.ana), hash(&cast.ben));
        let plain = cast.ana.json(&["note", "cat", &id, "--format", "text"]);
        assert_eq!(
            plain["content"], text,
            "the window shows what the note says"
        );
        for device in [&mut cast.ana, &mut cast.ben] {
            device.stop();
            let report = device.json(&["verify"]);
            assert_eq!(report["ok"], true, "{report}");
            assert_eq!(report["problems"], serde_json::json!([]), "{report}");
        }
        tell("note hash is equal and verify is clean on both");
    });
}
