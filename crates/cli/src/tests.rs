use std::time::Duration;

use clap::{CommandFactory, Parser};
use serde_json::json;

use crate::args::{Cli, Command, Format, Note, RoleName, Space, duration};
use crate::commands::EditLine;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

#[test]
fn the_command_tree_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn profile_and_json_stand_before_or_after_the_command() {
    for line in [
        "skein --profile p --json note list",
        "skein note list --json --profile p",
    ] {
        let cli = parse(line).unwrap();
        assert!(cli.json);
        assert_eq!(cli.profile.unwrap().to_str(), Some("p"));
    }
}

#[test]
fn what_is_not_built_does_not_exist() {
    for line in ["skein history abcd", "skein search x", "skein backup f"] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn a_key_is_moved_to_one_of_two_places_that_are_named() {
    assert!(parse("skein key show --json").is_ok());
    assert!(parse("skein key move --to keystore").is_ok());
    assert!(parse("skein key move --to file").is_ok());
    assert!(parse("skein key move").is_err());
    assert!(parse("skein key move --to elsewhere").is_err());
}

#[test]
fn the_doctor_takes_no_argument() {
    assert!(parse("skein peer doctor --json").is_ok());
    assert!(parse("skein peer doctor now").is_err());
}

#[test]
fn text_that_begins_with_a_dash_is_text() {
    let cli = parse("skein note append abcd -5° --json").unwrap();
    assert!(cli.json);
    let Command::Note(Note::Append { text, .. }) = cli.command else {
        panic!("not an append");
    };
    assert_eq!(text, "-5°");
    assert!(parse("skein note rename abcd -draft-").is_ok());
}

#[test]
fn cat_prints_markdown_unless_told() {
    let cli = parse("skein note cat abcd").unwrap();
    let Command::Note(Note::Cat { format, .. }) = cli.command else {
        panic!("not a cat");
    };
    assert_eq!(format, Format::Markdown);
    assert!(parse("skein note cat abcd --format pdf").is_err());
}

#[test]
fn an_invitation_is_for_an_editor_and_ten_minutes() {
    let cli = parse("skein space invite").unwrap();
    let Command::Space(Space::Invite {
        role,
        minutes,
        space,
        nearby: false,
        own: false,
        file: None,
        qr: false,
    }) = cli.command
    else {
        panic!("not an invite");
    };
    assert_eq!((role, minutes, space), (RoleName::Editor, 10, None));
    assert!(parse("skein space invite --minutes 0").is_err());
    assert!(parse("skein space invite --minutes 10081").is_err());
}

#[test]
fn a_ticket_may_be_typed_with_spaces() {
    let cli = parse("skein space join SKEIN1-AB CD EF --wait 5s").unwrap();
    let Command::Space(Space::Join { ticket, wait, .. }) = cli.command else {
        panic!("not a join");
    };
    assert_eq!(ticket.join(" "), "SKEIN1-AB CD EF");
    assert_eq!(wait, Duration::from_secs(5));
}

#[test]
fn a_ticket_comes_by_one_way_at_a_time() {
    for line in [
        "skein space invite --file t.skein-ticket --qr",
        "skein space invite --nearby --own",
        "skein space join --file -",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
    for line in [
        "skein space invite --nearby --qr",
        "skein space invite --own",
        "skein space invite --nearby --own --role viewer",
        "skein space invite Team --nearby --own",
        "skein space invite --nearby --file t",
        "skein space join",
        "skein space join SKEIN1-AB --file t",
        "skein space join --nearby --file t",
    ] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn leaving_asks_unless_told_and_a_move_names_the_other_space() {
    let cli = parse("skein space leave").unwrap();
    let Command::Space(Space::Leave { space: None, yes }) = cli.command else {
        panic!("not a leave");
    };
    assert!(!yes);
    assert!(parse("skein note move abcd").is_err());
    let cli = parse("skein note move abcd --space Team").unwrap();
    let Command::Note(Note::Move { copy, .. }) = cli.command else {
        panic!("not a move");
    };
    assert!(!copy);
}

#[test]
fn wait_says_what_for() {
    assert!(parse("skein wait").is_err());
    assert!(parse("skein wait --heads-equal --peers 2 --timeout 500ms").is_ok());
}

#[test]
fn times_are_numbers_with_a_unit() {
    assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
    assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
    assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
    for wrong in [
        "",
        "s",
        "-1s",
        "1.5s",
        "3 s",
        "1d",
        "99999999999999999999s",
        "18446744073709551615h",
    ] {
        assert!(duration(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_edit_line_is_read_strictly() {
    let line = |value: serde_json::Value| EditLine::read(&value.to_string());
    let edit = line(json!({"at": 3, "delete": 1, "insert": "ü"})).unwrap();
    assert_eq!((edit.at, edit.delete, edit.insert.as_str()), (3, 1, "ü"));
    assert!(line(json!({"at": 0, "insert": "x"})).is_ok());
    assert!(line(json!({"at": 0, "delete": 2})).is_ok());
    for wrong in [
        json!({"insert": "x"}),
        json!({"at": -1}),
        json!({"at": 1.5}),
        json!({"at": 0, "remove": 1}),
        json!([0, 0, "x"]),
    ] {
        assert!(line(wrong.clone()).is_err(), "{wrong}");
    }
}
