//! The binary as a person or a script uses it: output, exit codes, two headless peers.

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::json;
use support::{PATIENCE, Skein, until};

#[test]
fn init_is_safe_to_repeat() {
    let skein = Skein::new();
    let first = skein.json(&["init", "--person", "Ana", "--device", "laptop"]);
    assert_eq!(
        (&first["person"], &first["device_name"]),
        (&json!("Ana"), &json!("laptop"))
    );
    let again = skein.json(&["init"]);
    assert_eq!(first, again);
    let members = skein.json(&["space", "members"]);
    assert_eq!(
        (&members[0]["person"], &members[0]["role"]),
        (&json!("Ana"), &json!("owner"))
    );
}

#[test]
fn a_note_is_written_read_and_hashed() {
    let skein = Skein::with_profile();
    let note = skein.note(&["--title", "List"]);
    assert_eq!(note.len(), 32);
    let saved = skein.json(&["note", "append", &note, "milk\nbread"]);
    assert_eq!(
        (&saved["note"], &saved["saved"]),
        (&json!(note), &json!(true))
    );
    assert_eq!(
        skein.text(&["note", "cat", &note[..6], "--format", "text"]),
        "milk\nbread"
    );
    let cat = skein.json(&["note", "cat", &note, "--format", "json"]);
    assert_eq!(
        (&cat["format"], &cat["content"]["title"]),
        (&json!("json"), &json!("List"))
    );
    skein.text(&["note", "rename", &note, "Shopping"]);
    let hash = skein.text(&["note", "hash", &note]);
    assert_eq!(hash.trim().len(), 64);
    assert_eq!(
        skein.json(&["note", "hash", &note])["hash"],
        json!(hash.trim())
    );
    let list = skein.json(&["note", "list"]);
    for field in [
        "id",
        "title",
        "space",
        "folder",
        "tags",
        "modified_ms",
        "words",
        "state",
    ] {
        assert!(list[0].get(field).is_some(), "{field}");
    }
    assert_eq!(
        (&list[0]["title"], &list[0]["words"]),
        (&json!("Shopping"), &json!(2))
    );
    assert_eq!(skein.json(&["note", "list", "--trashed"]), json!([]));
    assert_eq!(skein.json(&["verify"])["ok"], json!(true));
}

#[test]
fn edits_are_acknowledged_line_by_line_until_one_is_wrong() {
    let skein = Skein::with_profile();
    let note = skein.note(&[]);
    let edits = "{\"at\":0,\"insert\":\"one\"}\n{\"at\":3,\"insert\":\" two\"}\n{\"at\":99,\"insert\":\"x\"}\n{\"at\":0}\n";
    let mut child = skein
        .command(&["--json", "note", "edit", &note, "--edits", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(edits.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let acknowledged: Vec<serde_json::Value> = String::from_utf8(done.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(acknowledged.len(), 2);
    assert_eq!(
        (&acknowledged[1]["line"], &acknowledged[1]["saved"]),
        (&json!(2), &json!(true))
    );
    let first = acknowledged[0]["seq"].as_u64().unwrap();
    assert_eq!(acknowledged[1]["seq"].as_u64(), Some(first + 1));
    let said = String::from_utf8(done.stderr).unwrap();
    let error: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["code"], json!("out_of_range"));
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("line 3:")
    );
    assert_eq!(
        skein.text(&["note", "cat", &note, "--format", "text"]),
        "one two"
    );

    let lines = skein.path().join("edits");
    fs::write(&lines, "{\"at\":0,\"insert\":\"\\u00fc\"}\nnonsense\n").unwrap();
    let refused = skein.fails(
        1,
        &["note", "edit", &note, "--edits", lines.to_str().unwrap()],
    );
    assert!(refused.contains("line 2:"), "{refused}");
    assert_eq!(
        skein.text(&["note", "cat", &note, "--format", "text"]),
        "üone two"
    );
}

#[test]
fn each_way_of_failing_has_its_exit_code() {
    let nobody = Skein::new();
    nobody.fails(1, &["note", "list"]);
    assert!(!nobody.profile().exists());
    nobody.fails(4, &["watch"]);
    let skein = Skein::with_profile();
    skein.fails(2, &["frobnicate"]);
    skein.fails(2, &["note", "cat", "xyz!"]);
    skein.fails(1, &["note", "cat", "00000000"]);
    skein.fails(1, &["note", "new", "--space", "Nowhere"]);
    skein.fails(1, &["note", "new", "--from", "/does/not/exist"]);
    skein.fails(2, &["space", "join", "SKEIN1-NOT-A-TICKET"]);
    skein.fails(2, &["peer", "add", "somewhere"]);
    skein.fails(4, &["peer", "add", "/ip4/127.0.0.1/tcp/1"]);
    skein.fails(4, &["watch"]);
    skein.fails(4, &["wait", "--heads-equal", "--timeout", "1s"]);
    skein.fails(
        3,
        &["status"].map(|command| {
            fs::set_permissions(skein.profile(), fs::Permissions::from_mode(0o500)).unwrap();
            command
        }),
    );
    fs::set_permissions(skein.profile(), fs::Permissions::from_mode(0o755)).unwrap();
    let open = skein.fails(3, &["status"]);
    assert!(open.contains("chmod 700"), "{open}");
    fs::set_permissions(skein.profile(), fs::Permissions::from_mode(0o700)).unwrap();
    skein.text(&["status"]);
    let database = skein.profile().join("skein.redb");
    let length = fs::metadata(&database).unwrap().len();
    fs::OpenOptions::new()
        .write(true)
        .open(&database)
        .unwrap()
        .set_len(length / 2)
        .unwrap();
    skein.fails(3, &["status"]);
    skein.fails(3, &["run"]);
}

#[test]
fn with_json_the_last_line_of_standard_error_is_the_error() {
    let skein = Skein::with_profile();
    for (arguments, code) in [
        (vec!["note", "cat", "00000000"], "not_found"),
        (vec!["frobnicate"], "bad_argument"),
        (vec!["space", "join", "SKEIN1-X"], "bad_ticket"),
        (vec!["watch"], "no_peer"),
    ] {
        let arguments: Vec<&str> = ["--json"].into_iter().chain(arguments).collect();
        let done = skein.command(&arguments).output().unwrap();
        assert!(done.stdout.is_empty(), "{arguments:?}");
        let said = String::from_utf8(done.stderr).unwrap();
        let error: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_eq!(error["error"]["code"], json!(code), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let skein = Skein::with_profile();
    let note = skein.note(&[]);
    skein.text(&["note", "append", &note, &"many words ".repeat(10_000)]);
    let mut child = skein
        .command(&["note", "cat", &note])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(
        done.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn version_help_and_completions_need_no_profile() {
    let skein = Skein::new();
    assert!(skein.text(&["--version"]).starts_with("skein "));
    let help = skein.text(&["--help"]);
    assert!(help.contains("note") && !help.contains("history"));
    assert!(skein.text(&["completions", "bash"]).contains("skein"));
}

#[test]
fn a_profile_in_use_is_reached_through_its_process_and_run_names_it() {
    let skein = Skein::with_profile();
    let run = skein.run();
    let note = skein.note(&["--title", "Live"]);
    let refused = skein.fails(1, &["run"]);
    assert!(refused.contains(&run.id().to_string()), "{refused}");
    assert_eq!(skein.json(&["note", "list"])[0]["id"], json!(note));
    let mut watch = skein.watch();
    let edit = watch.event("edit", || {
        skein.text(&["note", "append", &note, "seen"]);
    });
    assert_eq!(edit["note"], json!(note));
    assert!(edit["at_ms"].as_i64().unwrap() > 0);
    let ended = run.stop();
    assert!(ended.success(), "{ended}");
    // As often as it was appended until the watcher heard of it.
    let text = skein.text(&["note", "cat", &note, "--format", "text"]);
    assert!(!text.is_empty() && text.lines().all(|line| line == "seen"));
}

#[test]
fn two_headless_peers_join_and_show_the_same() {
    let (ana, ben) = (Skein::with_profile(), Skein::with_profile());
    let note = ana.note(&["--title", "Shared"]);
    let at_ana = ana.run();
    let invitation = ana.json(&["space", "invite", "--role", "editor"]);
    assert_eq!(invitation["role"], json!("editor"));
    assert!(invitation["expires_at_ms"].as_i64().unwrap() > 0);
    let ticket = invitation["ticket"].as_str().unwrap();
    let joined = ben.json(&["space", "join", ticket, "--wait", "60s"]);
    assert_eq!(
        (&joined["name"], &joined["role"]),
        (&json!("Personal"), &json!("editor"))
    );
    assert!(joined["entries"].as_u64().unwrap() > 0);
    assert_eq!(
        ben.text(&["note", "hash", &note]),
        ana.text(&["note", "hash", &note])
    );

    // Both write apart, and meet.
    ben.text(&["note", "append", &note, "from Ben"]);
    ana.text(&["note", "append", &note, "from Ana"]);
    let at_ben = ben.run();
    let added = ben.json(&["peer", "add", &at_ana.listen()]);
    assert_eq!(added["reached"], json!(true));
    for skein in [&ana, &ben] {
        let waited = skein.json(&["wait", "--heads-equal", "--timeout", "60s"]);
        assert_eq!(
            (&waited["equal"], &waited["peers"]),
            (&json!(true), &json!(1))
        );
    }
    until(PATIENCE, "the same hash on both", || {
        ana.text(&["note", "hash", &note]) == ben.text(&["note", "hash", &note])
    });
    let shown = ana.text(&["note", "cat", &note, "--format", "text"]);
    assert!(
        shown.contains("from Ana") && shown.contains("from Ben"),
        "{shown}"
    );
    let status = ana.json(&["status", &note]);
    assert_eq!(
        (&status["saved"], &status["peers"][0]["behind"]),
        (&json!(true), &json!(0))
    );
    let spaces = ana.json(&["status"]);
    assert_eq!(spaces["spaces"][0]["peers"][0]["online"], json!(true));
    assert!(spaces["spaces"][0]["heads"].as_array().unwrap().len() >= 3);
    let peers = ben.json(&["peer", "list"]);
    assert_eq!(
        (&peers[0]["device"], &peers[0]["online"]),
        (&spaces["device"], &json!(true))
    );
    assert!(at_ben.stop().success() && at_ana.stop().success());
    for skein in [&ana, &ben] {
        assert_eq!(skein.json(&["verify"])["ok"], json!(true));
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let skein = Skein::with_profile();
    let note = skein.note(&[]);
    for round in 0..3 {
        let run = skein.run();
        let edits: String = (0..2_000)
            .map(|_| "{\"at\":0,\"insert\":\"x\"}\n")
            .collect();
        let file = skein.path().join("edits");
        fs::write(&file, edits).unwrap();
        let mut child = skein
            .command(&[
                "--json",
                "note",
                "edit",
                &note,
                "--edits",
                file.to_str().unwrap(),
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut heard = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        for _ in 0..20 + 10 * round {
            line.clear();
            std::io::BufRead::read_line(&mut heard, &mut line).unwrap();
        }
        let last: serde_json::Value = serde_json::from_str(&line).unwrap();
        run.kill();
        child.wait().unwrap();
        let heads = skein.json(&["status"])["spaces"][0]["heads"].clone();
        let highest = heads
            .as_array()
            .unwrap()
            .iter()
            .map(|head| head["seq"].as_u64().unwrap())
            .max();
        assert!(
            highest >= last["seq"].as_u64(),
            "acknowledged and gone: {last} {heads}"
        );
        assert_eq!(skein.json(&["verify"])["ok"], json!(true));
    }
}

#[test]
fn a_ticket_travels_as_a_file_as_a_drawn_code_and_through_a_pipe() {
    let ana = Skein::with_profile();
    let _running = ana.run();
    let joins = |file: &str, stdin: Stdio| {
        let ben = Skein::with_profile();
        let arguments = ["--json", "space", "join", "--wait", "60s", "--file", file];
        let done = ben.command(&arguments).stdin(stdin).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
        let joined: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(joined["name"], json!("Personal"));
    };

    let path = ana.path().join("Personal.skein-ticket");
    let path = path.to_str().unwrap();
    let printed = ana.text(&["space", "invite", "--file", path]);
    assert_eq!(printed, format!("{path}\n"));
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    joins(path, Stdio::null());
    let used = Skein::with_profile().fails(1, &["space", "join", "--file", path]);
    assert!(used.contains("used"), "{used}");

    let second = ana.path().join("second.skein-ticket");
    let invitation = ana.json(&["space", "invite", "--file", second.to_str().unwrap()]);
    assert_eq!(invitation["file"], json!(second));
    let text = fs::read_to_string(&second).unwrap();
    assert_eq!(json!(text.trim_end()), invitation["ticket"]);
    joins("-", fs::File::open(&second).unwrap().into());

    let done = ana.command(&["space", "invite", "--qr"]).output().unwrap();
    assert!(done.stdout.starts_with(b"SKEIN1-"), "the text stays alone");
    let picture = ana.path().join("code.png");
    let drawn = String::from_utf8(done.stderr).unwrap();
    fs::write(&picture, photographed(&drawn)).unwrap();
    joins(picture.to_str().unwrap(), Stdio::null());
}

/// A PNG of the half blocks on a dark terminal, each half eight pixels wide and high.
fn photographed(drawn: &str) -> Vec<u8> {
    let code = |line: &&str| line.chars().all(|c| " ▀▄█".contains(c));
    let lines: Vec<&str> = drawn.lines().filter(code).collect();
    let mut grey = Vec::new();
    for line in &lines {
        for half in ["▀█", "▄█"] {
            let row: Vec<u8> = line
                .chars()
                .flat_map(|c| [if half.contains(c) { 240 } else { 15 }; 8])
                .collect();
            (0..8).for_each(|_| grey.extend(&row));
        }
    }
    let width = lines[0].chars().count() * 8;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, (grey.len() / width) as u32);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&grey).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn a_file_that_is_there_stays_and_no_ticket_is_made_for_it() {
    let skein = Skein::with_profile();
    let path = skein.path().join("mine");
    fs::write(&path, "my words").unwrap();
    let path = path.to_str().unwrap();
    for _ in 0..40 {
        // Of made ones 32 may be open.
        let said = skein.fails(1, &["space", "invite", "--file", path]);
        assert!(said.contains("is there already"), "{said}");
    }
    assert_eq!(fs::read_to_string(path).unwrap(), "my words");
    skein.text(&["space", "invite"]);
    skein.fails(1, &["space", "invite", "--file", "/does/not/exist"]);

    let said = skein.fails(2, &["space", "join", "--file", path]);
    assert!(said.contains("this is no ticket"), "{said}");
    skein.fails(1, &["space", "join", "--file", "/does/not/exist"]);
    skein.fails(2, &["space", "join", "--file", "-"]);
}
