//! Leaving a space, coming back, and taking notes to another one.

use skein_app::view::{Agreed, Role};
use skein_app::{Code, SpaceId};
use skein_note::Value;

use crate::support::{Device, PATIENCE, Window, default_space, joined, text, until};

async fn role(app: &skein_app::App, space: SpaceId) -> (Option<Role>, bool) {
    let spaces = app.spaces().await.unwrap();
    let row = spaces.iter().find(|row| row.id == space).expect("listed");
    (row.role, row.left)
}

#[tokio::test]
async fn the_only_space_cannot_be_left_and_the_last_owner_is_told_what_it_means() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let error = app.leave(space, Agreed::ALL).await.unwrap_err();
    assert_eq!(error.code(), Code::NotAllowed);
    assert!(error.to_string().contains("only space"), "{error}");

    let other = app.new_space("Choir", false).await.unwrap().space;
    let note = app.create_note(other, None, None).await.unwrap();
    app.append(other, note, "la".into()).await.unwrap();
    let now = app.leaving(other).await.unwrap();
    assert!(now.last_owner && now.others == 0);
    // The space's name, the first block, and the words.
    assert_eq!((now.only_here, now.own_only_here), (3, 3));
    for too_little in [
        Agreed::default(),
        Agreed {
            only_here: 2,
            last_owner: true,
        },
        Agreed {
            only_here: 3,
            last_owner: false,
        },
    ] {
        let error = app.leave(other, too_little).await.unwrap_err();
        assert_eq!(error.code(), Code::NotAllowed, "{error}");
        assert_eq!(role(&app, other).await, (Some(Role::Owner), false));
    }
    app.leave(other, Agreed::ALL).await.unwrap();
    assert_eq!(role(&app, other).await, (None, true));
    let refused = app.append(other, note, "lala".into()).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotAllowed, "{refused}");
    let again = app.leave(other, Agreed::ALL).await.unwrap_err();
    assert!(again.to_string().contains("already"), "{again}");
    app.close().await;
    let app = ana.alone().await;
    assert_eq!(role(&app, other).await, (None, true), "durably");
    assert_eq!(text(&app, other, note).await, "la", "to be read");
    assert_eq!(default_space(&app).await, space);
    // What is there can still be taken along, as a copy.
    let taken = app.move_note(other, note, space, false).await.unwrap_err();
    assert_eq!(taken.code(), Code::NotAllowed, "{taken}");
    let copied = app.move_note(other, note, space, true).await.unwrap();
    assert_eq!(text(&app, space, copied.note).await, "la");
    assert!(app.verify().await.unwrap().ok);
    app.close().await;
}

#[tokio::test]
async fn who_left_is_away_to_the_others_and_comes_back_by_a_ticket_with_every_word() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "ours".into()).await.unwrap();
    until("Ben has it", || async {
        b.find_note(&note.to_string()).await.is_ok() && text(&b, space, note).await == "ours"
    })
    .await;
    until("everything of Ben's is known to be elsewhere", || async {
        b.leaving(space).await.unwrap().only_here == 0
    })
    .await;
    b.leave(space, Agreed::default()).await.unwrap();
    until("Ben's device is away", || async {
        let members = a.members(space).await.unwrap();
        members.iter().any(|m| m.person == "Ben" && !m.online)
    })
    .await;
    let members = a.members(space).await.unwrap();
    let there = members.iter().find(|m| m.person == "Ben").unwrap();
    assert_eq!(there.role, Some(Role::Editor), "and a member");
    a.append(space, note, "meanwhile".into()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(text(&b, space, note).await, "ours");
    assert!(
        b.status()
            .await
            .unwrap()
            .spaces
            .iter()
            .any(|s| s.id == space && s.peers.is_empty())
    );
    assert_ne!(default_space(&b).await, space, "nothing new goes there");

    let ticket = a.invite(space, Role::Editor, 10).await.unwrap().ticket;
    b.join(&ticket, PATIENCE).await.unwrap();
    assert_eq!(role(&b, space).await, (Some(Role::Editor), false));
    b.append(space, note, "back".into()).await.unwrap();
    until("both have all words", || async {
        text(&a, space, note).await == "ours\nmeanwhile\nback"
            && text(&b, space, note).await == "ours\nmeanwhile\nback"
    })
    .await;
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn an_owner_that_leaves_is_out_and_its_tickets_are_void() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Owner).await;
    let other = a.new_space("Choir", false).await.unwrap().space;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "ours".into()).await.unwrap();
    until("Ben has it", || async {
        b.find_note(&note.to_string()).await.is_ok()
            && a.leaving(space).await.unwrap().only_here == 0
    })
    .await;
    let ticket = a.invite(space, Role::Editor, 10).await.unwrap().ticket;
    let left = a.leave(space, Agreed::default()).await.unwrap();
    assert!(!left.last_owner && left.others == 1);
    assert_eq!(default_space(&a).await, other);
    until("Ben's device knows", || async {
        let members = b.members(space).await.unwrap();
        members
            .iter()
            .any(|m| m.person == "Ana" && m.role.is_none())
    })
    .await;
    let cleo = Device::new("Cleo");
    let c = cleo.online().await;
    let refused = c.join(&ticket, std::time::Duration::from_secs(4)).await;
    assert!(refused.is_err());
    b.append(space, note, "still".into()).await.unwrap();
    let ticket = b.invite(space, Role::Viewer, 10).await.unwrap().ticket;
    // Until those who stay have a secret without her, nobody is let in.
    until("she is let in", || async {
        a.join(&ticket, PATIENCE).await.is_ok()
    })
    .await;
    until("she reads on", || async {
        text(&a, space, note).await == "ours\nstill"
    })
    .await;
    assert_eq!(role(&a, space).await, (Some(Role::Viewer), false));
    for app in [a, b, c] {
        app.close().await;
    }
}

#[tokio::test]
async fn a_moved_note_is_whole_in_the_other_space_and_the_old_one_lies_in_the_trash() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    let other = app.new_space("Choir", false).await.unwrap().space;
    let markdown =
        "# Songs\n\nsome **bold** and [a link](https://a.example)\n\n- [x] one\n- [ ] two\n";
    let note = app
        .create_note(space, Some("List".into()), Some(markdown))
        .await
        .unwrap();
    app.set_meta(space, note, "tag/music", Value::Bool(true))
        .await
        .unwrap();
    let before = app.cat(space, note, skein_app::control::CatFormat::Json);
    let before: Value = serde_json::from_str(&before.await.unwrap()).unwrap();

    let same = app.move_note(space, note, space, false).await.unwrap_err();
    assert_eq!(same.code(), Code::NotAllowed, "{same}");
    let moved = app.move_note(space, note, other, false).await.unwrap();
    assert!(moved.trashed && moved.kept.is_none());
    let json = |space, note| {
        let app = app.clone();
        async move {
            let json = app.cat(space, note, skein_app::control::CatFormat::Json);
            serde_json::from_str::<Value>(&json.await.unwrap()).unwrap()
        }
    };
    let (there, here) = (json(other, moved.note).await, json(space, note).await);
    assert_eq!(
        there["blocks"], before["blocks"],
        "blocks with ids and marks"
    );
    assert_eq!(there["title"], before["title"]);
    assert_eq!(there["meta"]["tag/music"], true);
    let came = there["meta"]["moved_from"].as_str().expect("a place");
    let (place, at_ms) = came.rsplit_once('/').expect("and a time");
    assert_eq!(place, format!("{space}/{note}"));
    assert!(at_ms.parse::<i64>().unwrap() > 1_700_000_000_000);
    assert_eq!(here["meta"]["trashed"], true);
    let went = here["meta"]["moved_to"].as_str().expect("a place");
    assert_eq!(went, format!("{other}/{}/{at_ms}", moved.note));
    assert_eq!(here["blocks"], before["blocks"], "and whole");
    assert!(there["meta"].get("trashed").is_none());

    app.close().await;
    let app = ana.alone().await;
    let lines = app.notes(space).await.unwrap();
    assert!(lines.iter().all(|line| line.id != note || line.trashed));
    app.trash(space, note, false).await.unwrap();
    let lines = app.notes(space).await.unwrap();
    assert!(lines.iter().any(|line| line.id == note && !line.trashed));
    assert!(app.verify().await.unwrap().ok);
    app.close().await;
}

#[tokio::test]
async fn what_somebody_else_writes_into_the_old_note_stays_there() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let home = a.new_space("Home", false).await.unwrap().space;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "ours".into()).await.unwrap();
    until("Ben has it", || async {
        b.find_note(&note.to_string()).await.is_ok() && text(&b, space, note).await == "ours"
    })
    .await;
    let mut window = Window::open(&b, space, note).await;
    let moved = a.move_note(space, note, home, false).await.unwrap();
    window.type_at(4, ", and mine").await;
    until("Ana has it in the trash", || async {
        text(&a, space, note).await == "ours, and mine"
    })
    .await;
    assert_eq!(text(&a, home, moved.note).await, "ours");
    assert!(b.find_note(&moved.note.to_string()).await.is_err());
    a.close().await;
    b.close().await;
}
