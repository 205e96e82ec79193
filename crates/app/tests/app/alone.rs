//! One device, no network.

use skein_app::control::CatFormat;
use skein_app::view::{NoteState, Role};
use skein_app::{Code, GivenNames};

use crate::support::{Device, default_space, mode, text};

#[tokio::test]
async fn a_first_start_makes_one_space_of_which_this_device_is_owner() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let overview = app.overview().await.unwrap();
    assert_eq!(overview.spaces.len(), 1);
    assert_eq!(overview.spaces[0].name, "Personal");
    assert_eq!(overview.spaces[0].role, Some(Role::Owner));
    assert_eq!(overview.default_space, Some(overview.spaces[0].id));
    let members = app.members(overview.spaces[0].id).await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!((members[0].person.as_str(), members[0].me), ("Ana", true));
    app.close().await;
    for entry in std::fs::read_dir(ana.dir()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let again = ana.alone().await;
    assert_eq!(again.overview().await.unwrap().spaces, overview.spaces);
    again.close().await;
}

#[tokio::test]
async fn what_a_command_wrote_is_there_after_a_restart() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app
        .create_note(space, Some("List".into()), None)
        .await
        .unwrap();
    let first = app.append(space, note, "milk\nbread".into()).await.unwrap();
    let second = app
        .edit(space, note, 4, 0, " and honey".into())
        .await
        .unwrap();
    assert!(second.seq > first.seq);
    app.rename(space, note, "Shopping".into()).await.unwrap();
    let before = app.hash(space, note).await.unwrap();
    app.close().await;
    let again = ana.alone().await;
    assert_eq!(text(&again, space, note).await, "milk and honey\nbread");
    assert_eq!(again.hash(space, note).await.unwrap(), before);
    let lines = again.notes(space).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (lines[0].title.as_str(), lines[0].state),
        ("Shopping", NoteState::Ok)
    );
    assert!(!lines[0].held_by_others);
    let verified = again.verify().await.unwrap();
    assert!(verified.ok, "{:?}", verified.problems);
    assert_eq!(verified.notes, 1);
    again.close().await;
}

#[tokio::test]
async fn an_offset_outside_the_text_changes_nothing() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.create_note(space, None, None).await.unwrap();
    app.edit(space, note, 0, 0, "a😀b".into()).await.unwrap();
    for (at, delete) in [(9, 0), (0, 9), (2, 0), (1, 1)] {
        let refused = app
            .edit(space, note, at, delete, "x".into())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::OutOfRange, "{at} {delete}");
    }
    assert_eq!(text(&app, space, note).await, "a😀b");
    app.close().await;
}

#[tokio::test]
async fn a_note_is_found_by_a_prefix_that_fits_only_it() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let note = app.create_note(space, None, None).await.unwrap();
    let id = note.to_string();
    assert_eq!(app.find_note(&id[..8]).await.unwrap(), (space, note));
    assert_eq!(
        app.find_note(&id.to_uppercase()).await.unwrap(),
        (space, note)
    );
    assert_eq!(
        app.find_note(&id[..3]).await.unwrap_err().code(),
        Code::BadArgument
    );
    assert_eq!(
        app.find_note("nothex").await.unwrap_err().code(),
        Code::BadArgument
    );
    let other = if id.starts_with("0000") {
        "ffff"
    } else {
        "0000"
    };
    assert_eq!(
        app.find_note(other).await.unwrap_err().code(),
        Code::NotFound
    );
    app.close().await;
}

#[tokio::test]
async fn a_space_is_found_by_its_name_and_holds_its_own_notes() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let team = app.new_space("Team", false).await.unwrap().space;
    assert_eq!(app.find_space(Some("Team")).await.unwrap(), team);
    assert_ne!(app.find_space(None).await.unwrap(), team);
    assert_eq!(
        app.find_space(Some("Nobody")).await.unwrap_err().code(),
        Code::NotFound
    );
    assert_eq!(
        app.new_space("  ", false).await.unwrap_err().code(),
        Code::BadArgument
    );
    app.create_note(team, Some("Plan".into()), None)
        .await
        .unwrap();
    assert_eq!(app.notes(team).await.unwrap().len(), 1);
    assert!(
        app.notes(default_space(&app).await)
            .await
            .unwrap()
            .is_empty()
    );
    app.close().await;
}

#[tokio::test]
async fn names_are_for_spaces_made_from_now_on() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let names = GivenNames {
        person: Some("Anastasia".into()),
        device_name: None,
    };
    app.set_names(names).await.unwrap();
    let team = app.new_space("Team", false).await.unwrap().space;
    assert_eq!(app.members(team).await.unwrap()[0].person, "Anastasia");
    let too_long = GivenNames {
        person: Some("x".repeat(300)),
        device_name: None,
    };
    assert_eq!(
        app.set_names(too_long).await.unwrap_err().code(),
        Code::BadArgument
    );
    app.close().await;
}

#[tokio::test]
async fn a_note_begins_with_markdown_and_reads_back_as_it() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let markdown = "# Plan\n\nSome **bold** words.\n\n- one\n- two\n";
    let note = app.create_note(space, None, Some(markdown)).await.unwrap();
    assert_eq!(
        app.cat(space, note, CatFormat::Markdown).await.unwrap(),
        markdown
    );
    assert_eq!(
        text(&app, space, note).await,
        "Plan\nSome bold words.\none\ntwo"
    );
    app.close().await;
}
