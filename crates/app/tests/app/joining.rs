//! Two devices on loopback: tickets, roles, live edits, receipts, presence.

use std::time::Duration;

use skein_app::view::{DocMessage, Happening, PersonState, Role};
use skein_app::{Code, Network, Options, ShellEvent};

use crate::support::{
    Device, PATIENCE, Window, default_space, invite, joined, loopback, same, text, until,
};

#[tokio::test]
async fn a_window_on_a_note_nobody_has_written_is_told_who_else_will_read_it() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let mut shell = a.subscribe();
    let note = a.new_note_id();
    let _window = Window::open(&a, space, note).await;
    let told = tokio::time::timeout(PATIENCE, async {
        loop {
            match shell.recv().await.expect("an open channel") {
                ShellEvent::Status(status) if status.note == note => return status,
                _ => {}
            }
        }
    });
    let status = told.await.expect("it is told without asking");
    assert_eq!(status.peers.len(), 1);
    assert_eq!(status.peers[0].person, "Ben");
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn a_joiner_has_everything_the_inviter_held_when_join_returns() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let a = ana.online().await;
    let space = default_space(&a).await;
    let note = a
        .create_note(space, Some("Plan".into()), None)
        .await
        .unwrap();
    a.append(space, note, "tomorrow".into()).await.unwrap();
    let b = ben.online().await;
    let joined = b
        .join(&invite(&a, Role::Editor).await.ticket, PATIENCE)
        .await
        .unwrap();
    assert_eq!(
        (joined.space, joined.name.as_str(), joined.role),
        (space, "Personal", Role::Editor)
    );
    assert!(joined.entries >= 5, "{}", joined.entries);
    assert_eq!(text(&b, space, note).await, "tomorrow");
    assert_eq!(
        b.hash(space, note).await.unwrap(),
        a.hash(space, note).await.unwrap()
    );
    // The present space held no note, so the new one takes its place.
    assert_eq!(default_space(&b).await, space);
    let members = a.members(space).await.unwrap();
    let ben_there = members
        .iter()
        .find(|member| member.person == "Ben")
        .unwrap();
    assert_eq!(ben_there.role, Some(Role::Editor));
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn both_type_at_once_and_show_the_same() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    until("Ben has the note", || async {
        b.find_note(&note.to_string()).await.is_ok()
    })
    .await;
    let mut at_a = Window::open(&a, space, note).await;
    let mut at_b = Window::open(&b, space, note).await;
    for _ in 0..20 {
        at_a.type_at(0, "a").await;
        at_b.type_at(0, "b").await;
    }
    at_a.saved().await;
    at_b.saved().await;
    until("both have all letters", || async {
        text(&a, space, note).await.len() == 40 && text(&b, space, note).await.len() == 40
    })
    .await;
    same(&a, &b, space, note).await;
    let shown = text(&a, space, note).await;
    at_a.reads(&shown).await;
    at_b.reads(&shown).await;
    a.close().await;
    b.close().await;
    for device in [&ana, &ben] {
        let app = device.alone().await;
        let verified = app.verify().await.unwrap();
        assert!(verified.ok, "{:?}", verified.problems);
        app.close().await;
    }
}

#[tokio::test]
async fn what_was_written_apart_meets_after_a_restart() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "together".into()).await.unwrap();
    until("Ben has it", || async {
        b.find_note(&note.to_string()).await.is_ok() && text(&b, space, note).await == "together"
    })
    .await;
    b.close().await;
    a.append(space, note, "from Ana".into()).await.unwrap();
    let alone = ben.alone().await;
    alone.append(space, note, "from Ben".into()).await.unwrap();
    alone.close().await;
    let b = ben.online().await;
    let address = a.overview().await.unwrap().listening[0].clone();
    let added = b.add_peer(&address).await.unwrap();
    assert!(added.reached);
    assert_eq!(added.device, Some(a.device()));
    let waited = b.wait_heads_equal(None, PATIENCE).await.unwrap();
    assert_eq!(waited.peers, 1);
    same(&a, &b, space, note).await;
    let shown = text(&a, space, note).await;
    assert!(
        shown.contains("from Ana") && shown.contains("from Ben"),
        "{shown}"
    );
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn a_receipt_is_green_only_when_the_other_holds_everything() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    until("Ben has everything", || async {
        a.note_status(space, note).await.unwrap().peers[0].behind == Some(0)
    })
    .await;
    b.close().await;
    until("Ben is offline", || async {
        !a.note_status(space, note).await.unwrap().peers[0].online
    })
    .await;
    a.append(space, note, "one more".into()).await.unwrap();
    let status = a.note_status(space, note).await.unwrap();
    assert_eq!(status.peers[0].behind, Some(1));
    assert!(status.saved);
    a.close().await;
}

#[tokio::test]
async fn presence_shows_who_is_in_the_note_and_where() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    until("Ben has the note", || async {
        b.find_note(&note.to_string()).await.is_ok()
    })
    .await;
    let mut at_a = Window::open(&a, space, note).await;
    let at_b = Window::open(&b, space, note).await;
    let client = at_b.opened.client_id;
    b.set_caret(at_b.opened.session, Some(vec![1, 2, 3]), Some(vec![4, 5]))
        .await
        .unwrap();
    loop {
        if let DocMessage::Presence { people } = at_a.next().await
            && let Some(ben) = people
                .iter()
                .find(|person| person.client_id == client && person.caret.is_some())
        {
            assert_eq!(ben.person, "Ben");
            assert_eq!(ben.state, PersonState::Viewing);
            assert_eq!(ben.caret.as_deref(), Some(&[1, 2, 3][..]));
            assert_eq!(ben.head.as_deref(), Some(&[4, 5][..]));
            break;
        }
    }
    b.close_note(at_b.opened.session).await.unwrap();
    loop {
        if let DocMessage::Presence { people } = at_a.next().await
            && people
                .iter()
                .all(|person| person.state == PersonState::Offline)
        {
            break;
        }
    }
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn a_viewer_reads_and_may_not_write() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Viewer).await;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "read me".into()).await.unwrap();
    until("Ben reads it", || async {
        b.find_note(&note.to_string()).await.is_ok() && text(&b, space, note).await == "read me"
    })
    .await;
    assert!(!b.open_note(space, note, None).await.unwrap().can_write);
    let refused = b.append(space, note, "graffiti".into()).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotAllowed);
    assert_eq!(
        b.invite(space, Role::Viewer, 10).await.unwrap_err().code(),
        Code::NotAllowed
    );
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn story_35_a_ticket_lets_one_device_in_also_twice_and_says_used_to_the_next() {
    let (ana, ben, cleo) = (Device::new("Ana"), Device::new("Ben"), Device::new("Cleo"));
    let a = ana.online().await;
    let ticket = invite(&a, Role::Editor).await.ticket;
    let b = ben.online().await;
    b.join(&ticket, PATIENCE).await.unwrap();
    let c = cleo.online().await;
    let refused = c.join(&ticket, PATIENCE).await.unwrap_err();
    assert_eq!(refused.code(), Code::TicketRefused);
    assert!(refused.to_string().contains("already used"), "{refused}");
    // The same device may finish again, and stays what it is.
    assert_eq!(b.join(&ticket, PATIENCE).await.unwrap().role, Role::Editor);
    assert_eq!(a.members(default_space(&a).await).await.unwrap().len(), 2);
    let own = a.join(&ticket, PATIENCE).await.unwrap_err();
    assert_eq!(own.code(), Code::TicketRefused);
    for app in [a, b, c] {
        app.close().await;
    }
}

#[tokio::test]
async fn a_mistyped_ticket_is_refused_before_anybody_is_called() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let a = ana.online().await;
    let ticket = invite(&a, Role::Editor).await.ticket;
    a.close().await;
    let b = ben.online().await;
    let mut wrong = ticket.clone();
    let last = wrong.pop().unwrap();
    wrong.push(if last == 'A' { 'B' } else { 'A' });
    for wrong in [wrong.as_str(), "", "hello", &ticket[..ticket.len() / 2]] {
        let refused = b.join(wrong, PATIENCE).await.unwrap_err();
        assert_eq!(refused.code(), Code::BadTicket, "{wrong}");
    }
    let unreached = b.join(&ticket, Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(unreached.code(), Code::Unreachable);
    b.close().await;
}

#[tokio::test]
async fn a_ticket_made_without_a_network_is_served_by_the_next_start() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let alone = ana.alone().await;
    let ticket = invite(&alone, Role::Owner).await.ticket;
    alone.close().await;
    let a = ana.online().await;
    let b = ben.online().await;
    let joined = b.join(&ticket, PATIENCE).await.unwrap();
    assert_eq!(joined.role, Role::Owner);
    let invitation = b.invite(joined.space, Role::Viewer, 10).await;
    assert!(invitation.is_ok());
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn at_most_thirty_two_tickets_are_open() {
    let ana = Device::new("Ana");
    let a = ana.alone().await;
    for _ in 0..32 {
        invite(&a, Role::Viewer).await;
    }
    let space = default_space(&a).await;
    assert_eq!(
        a.invite(space, Role::Viewer, 10).await.unwrap_err().code(),
        Code::TooMuch
    );
    assert_eq!(
        a.invite(space, Role::Viewer, 0).await.unwrap_err().code(),
        Code::BadArgument
    );
    a.close().await;
}

#[tokio::test]
async fn gossip_alone_beside_streams_changes_nothing_about_the_outcome() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let gossiping = |device: &Device| Options {
        network: Some(Network {
            gossip: true,
            ..loopback()
        }),
        ..device.options()
    };
    let a = skein_app::App::open(gossiping(&ana)).await.unwrap();
    a.ready().await.unwrap();
    let b = skein_app::App::open(gossiping(&ben)).await.unwrap();
    let ticket = invite(&a, Role::Editor).await.ticket;
    let space = b.join(&ticket, PATIENCE).await.unwrap().space;
    let mut events = b.watch();
    let note = a.create_note(space, None, None).await.unwrap();
    for _ in 0..10 {
        a.append(space, note, "line".into()).await.unwrap();
    }
    until("Ben has it", || async {
        b.find_note(&note.to_string()).await.is_ok()
    })
    .await;
    same(&a, &b, space, note).await;
    let seen = async {
        loop {
            let event = events.recv().await.unwrap();
            if let Happening::Edit {
                note: of, device, ..
            } = event.what
                && of == note
            {
                assert_eq!(device, a.device());
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.unwrap();
    a.close().await;
    b.close().await;
}

#[tokio::test]
async fn a_space_has_one_name_for_everybody_and_a_viewer_does_not_change_it() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Viewer).await;
    a.rename_space(space, "Team Nord").await.unwrap();
    until("Ben reads the new name", || async {
        let spaces = b.spaces().await.unwrap();
        spaces
            .iter()
            .any(|row| row.id == space && row.name == "Team Nord")
    })
    .await;
    let refused = b.rename_space(space, "Graffiti").await.unwrap_err();
    assert_eq!(refused.code(), Code::NotAllowed);
    for wrong in ["", "  ", "two\nlines"] {
        let wrong = a.rename_space(space, wrong).await.unwrap_err();
        assert_eq!(wrong.code(), Code::BadArgument);
    }
    a.close().await;
    b.close().await;
}
