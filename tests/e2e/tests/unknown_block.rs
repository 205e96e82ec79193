//! A note with blocks and marks of a Skein that does not exist yet: shown frozen, kept as it is, and
//! opening it writes nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use skein_app::profile::{HolderKind, Missing};
use skein_app::view::DocMessage;
use skein_app::{App, GivenNames, Options};
use skein_e2e::device::Device;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_note::{Block, Inline, Writer};

fn main() -> ExitCode {
    trial::main(vec![Case {
        name: "a_note_with_an_unknown_block_is_shown_frozen_and_kept",
        needs: Needs::Loopback,
        action: unknown_block,
    }])
}

fn unknown_block(ground: &Ground) {
    let mut ana = Device::new(Network::new(ground).host("ana"), "Ana");
    let note = ana.json(&["note", "new", "--title", "From the future"])["note"].clone();
    let note = note.as_str().expect("an id").to_owned();
    newer_program_writes(&ana.home.profile(), &note);
    let before = stored(&ana, &note);
    let heads = ana.json(&["status"])["spaces"].clone();
    assert!(
        before.contains("hologram") && before.contains("sparkle"),
        "{before}"
    );

    ana.start(&["--no-discovery"]);
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        ana.open_note("From the future");
        ana.time_until("the note is there", |ana| {
            ana.text().contains("A line of today.")
        });
        let frozen = ana.ask(
            "return document.querySelectorAll('[data-testid=\"editor\"] [data-unknown]').length",
            &[],
        );
        assert!(frozen.as_u64() >= Some(2), "{frozen} frozen blocks");
        assert_eq!(
            ana.json(&["status"])["spaces"][0]["heads"],
            heads[0]["heads"],
            "opening wrote something"
        );
        tell("opened: the unknown blocks are shown frozen, and nothing was written");

        ana.caret_after("today.");
        ana.types(" And one more word.");
        ana.says("Saved on this device", Duration::from_secs(20));
    }));
    if let Err(panic) = played {
        ana.report();
        std::panic::resume_unwind(panic);
    }
    ana.stop();
    let after = stored(&ana, &note);
    assert_eq!(
        after,
        before.replace("A line of today.", "A line of today. And one more word.")
    );
    let report = ana.json(&["verify"]);
    assert_eq!(report["ok"], true, "{report}");
    tell("wrote beside them: they are kept as they were");
}

/// The note's canonical document.
fn stored(ana: &Device, note: &str) -> String {
    ana.json(&["note", "cat", note, "--format", "json"])
        .to_string()
}

/// Writes into the note what only a later version would, as its window: by a raw update.
fn newer_program_writes(profile: &Path, note: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let app = App::open(Options {
            profile: profile.to_owned(),
            holder: HolderKind::Command,
            missing: Missing::Refuse,
            network: None,
            control: false,
            names: GivenNames::default(),
        });
        let app = app.await.expect("the profile opens");
        let (space, note) = app.find_note(note).await.expect("the note is there");
        let mut opened = app
            .open_note(space, note, None)
            .await
            .expect("the note opens");
        let mut writer = Writer::new(opened.client_id, &opened.state).expect("its state is sound");
        let update = writer
            .append_blocks(&blocks())
            .expect("blocks that notes may keep");
        app.push(opened.session, 1, 0, update)
            .await
            .expect("it is on its way");
        loop {
            match opened.messages.recv().await.expect("the session goes on") {
                DocMessage::Ack { sequence: 1 } => break,
                DocMessage::Deliver { .. } | DocMessage::Presence { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        app.close_note(opened.session).await.expect("it closes");
        app.close().await;
    });
}

/// A line of today, a void block and a text block of unknown kinds, and text under an unknown mark.
fn blocks() -> [Block; 4] {
    let record = |pairs: &[(&str, Value)]| -> BTreeMap<String, Value> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    };
    let today = Block::paragraph("today-000001", "A line of today.");
    let void = Block {
        id: Some("future-00001".into()),
        void: true,
        kind: "hologram".into(),
        record: record(&[("depth", json!(3)), ("source", json!("a/b"))]),
        inline: Vec::new(),
    };
    let mut text = Block::text_block("future-00002", "chorus", "sung by everybody");
    text.record = record(&[("voices", json!(4))]);
    let mut marked = Block::paragraph("future-00003", "");
    marked.inline = vec![Inline::Text {
        text: "it glitters".into(),
        marks: record(&[("sparkle", json!({ "hue": 200 }))]),
    }];
    [today, void, text, marked]
}
