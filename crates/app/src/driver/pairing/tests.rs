//! Joining by four pictures over real sockets: both people, people who slip, and somebody between.

mod own_device;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use skein_net::config::PAIR_ADMISSION_MAX_BYTES;
use skein_net::pair::{PairListener, pair_dial};
use skein_space::Root;
use skein_space::ceremony::{CeremonyMessage, Guest};
use skein_space::config::EXCHANGE_PACE_MS;

use crate::driver::network::INVITATION_LABEL;
use crate::profile::{HolderKind, Missing};
use crate::view::{Inviting, InvitingOver, Missed, Offering, Role, Shown};
use crate::{App, Code, GivenNames, Network, Options, SpaceId};

const PATIENCE: Duration = Duration::from_secs(30);

/// A device on loopback that finds nobody by itself.
struct Device {
    app: App,
    _folder: tempfile::TempDir,
}

impl Device {
    async fn new(person: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::open(Options {
            profile: folder.path().join("profile"),
            holder: HolderKind::Window,
            missing: Missing::Create,
            network: Some(Network {
                listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
                discovery: false,
                gossip: false,
                offline: false,
            }),
            control: false,
            names: GivenNames {
                person: Some(person.into()),
                device_name: Some("laptop".into()),
            },
        });
        let app = app.await.expect("it opens");
        app.ready().await.expect("it listens");
        Self {
            app,
            _folder: folder,
        }
    }

    async fn space(&self) -> SpaceId {
        self.app.find_space(None).await.expect("a space")
    }

    async fn invites(&self, role: Role) -> SocketAddr {
        let space = self.space().await;
        self.app
            .open_invitation(space, role)
            .await
            .expect("an owner online");
        self.door().await
    }

    /// Where its pairing port is.
    async fn door(&self) -> SocketAddr {
        let port = self.app.ask(|driver| Ok(driver.announced_port())).await;
        SocketAddr::from(([127, 0, 0, 1], port.expect("it runs").expect("it is open")))
    }

    /// As if an announcement had been heard.
    async fn sees(&self, place: SocketAddr) -> String {
        let heard = self.app.tell(move |driver| {
            driver.invitation_gone("them");
            driver.invitation_seen("them".into(), vec![place], &[INVITATION_LABEL]);
        });
        heard.await.expect("it runs");
        let nearby = self.app.somebody_nearby(PATIENCE).await.expect("it runs");
        nearby.first().expect("somebody answers").id.clone()
    }

    async fn asked(&self) -> (u64, Vec<Vec<crate::view::Picture>>) {
        match self.app.invitation_moves().await.expect("it runs") {
            Inviting::Asking { question, rows, .. } => (question, rows),
            other => panic!("nobody asks: {other:?}"),
        }
    }

    async fn members(&self) -> usize {
        let members = self.app.members(self.space().await).await;
        members.expect("it is in it").len()
    }
}

fn place_of(shown: &Shown, rows: &[Vec<crate::view::Picture>]) -> usize {
    let place = rows.iter().position(|row| *row == shown.pictures);
    place.expect("one row is on the other screen")
}

#[tokio::test]
async fn two_people_who_see_the_same_pictures_share_a_space() {
    let (ana, ben) = (Device::new("Ana").await, Device::new("Ben").await);
    let note = ana
        .app
        .create_note(ana.space().await, Some("Plan".into()), None);
    let note = note.await.expect("written");
    let id = ben.sees(ana.invites(Role::Editor).await).await;
    let row = ben.app.nearby().await.expect("it runs").remove(0);
    let editor = Offering::Space {
        space_name: "Personal".into(),
        role: Role::Editor,
    };
    assert_eq!((row.person.as_str(), row.offering), ("Ana", editor));
    let shown = ben.app.ask_to_join(&id).await.expect("pictures");
    let (question, rows) = ana.asked().await;
    assert_eq!(rows.len(), 4);
    let picked = ana.app.picked(question, Some(place_of(&shown, &rows)));
    let picked = picked.await.expect("it is asked");
    assert!(
        matches!(&picked, Inviting::Joined { person, .. } if person == "Ben"),
        "{picked:?}"
    );
    let welcomed = ben.app.welcome().await.expect("let in");
    assert_eq!(
        (welcomed.from.person.as_str(), welcomed.person.as_str()),
        ("Ana", "Ben")
    );
    // Until its person says so, nothing of the space is here.
    assert_eq!(ben.app.spaces().await.expect("it runs").len(), 1);
    let joined = ben.app.open_joined(PATIENCE).await.expect("a member");
    let [joined] = &joined[..] else {
        panic!("one space: {joined:?}");
    };
    assert_eq!(
        (joined.space, joined.role),
        (ana.space().await, Role::Editor)
    );
    assert!(ben.app.find_note(&note.to_string()).await.is_ok());
    assert_eq!((ana.members().await, ben.members().await), (2, 2));
    assert!(
        ben.app.nearby().await.expect("it runs").is_empty(),
        "nothing to ask any more"
    );
    let port = ana.app.ask(|driver| Ok(driver.announced_port())).await;
    assert_eq!(port.expect("it runs"), None, "one invitation, one joiner");
}

#[tokio::test]
async fn a_row_that_is_not_on_the_other_screen_ends_the_invitation() {
    let (ana, ben) = (Device::new("Ana").await, Device::new("Ben").await);
    let place = ana.invites(Role::Editor).await;
    let id = ben.sees(place).await;
    let shown = ben.app.ask_to_join(&id).await.expect("pictures");
    let (question, rows) = ana.asked().await;
    let wrong = (place_of(&shown, &rows) + 1) % rows.len();
    let over = ana.app.picked(question, Some(wrong)).await.expect("asked");
    let ended = |over: &Inviting| {
        matches!(
            over,
            Inviting::Over {
                why: InvitingOver::WrongPick,
                ..
            }
        )
    };
    assert!(ended(&over), "{over:?}");
    let refused = ben.app.welcome().await.expect_err("not let in");
    assert_eq!(refused.code(), Code::Refused);
    assert!(
        refused.to_string().contains("other pictures were picked"),
        "{refused}"
    );
    assert_eq!(ana.members().await, 1);
    // The port is closed with it.
    let again = ben.app.ask_to_join(&id).await.expect_err("it is over");
    assert_eq!(again.code(), Code::Unreachable, "{again}");
}

#[tokio::test]
async fn none_of_these_and_going_away_leave_it_open_at_a_pace() {
    let (ana, ben) = (Device::new("Ana").await, Device::new("Ben").await);
    let id = ben.sees(ana.invites(Role::Viewer).await).await;
    let began = Instant::now();
    ben.app.ask_to_join(&id).await.expect("pictures");
    let (question, _) = ana.asked().await;
    let open = ana.app.picked(question, None).await.expect("asked");
    let waits = |open: &Inviting, why| matches!(open, Inviting::Waiting { missed, .. } if *missed == Some(why));
    assert!(waits(&open, Missed::NotSeen), "{open:?}");
    let refused = ben.app.welcome().await.expect_err("not let in");
    assert!(
        refused.to_string().contains("were not the same"),
        "{refused}"
    );
    let soon = ben.app.ask_to_join(&id).await.expect_err("too soon");
    assert!(
        soon.to_string().contains("somebody else is asking"),
        "{soon}"
    );
    // Pressed again and again until it is let ask; then its person cancels while the pictures stand on both screens.
    let pressed = async { while ben.app.ask_to_join(&id).await.is_err() {} };
    let asked = tokio::time::timeout(PATIENCE, pressed).await;
    asked.expect("the pace is some seconds");
    assert!(began.elapsed() >= Duration::from_millis(EXCHANGE_PACE_MS));
    let (question, _) = ana.asked().await;
    ben.app.leave_joining().await.expect("it runs");
    let mut seen = ana
        .app
        .ask(|driver| Ok(driver.watch_invitation()))
        .await
        .expect("it runs");
    let went = tokio::time::timeout(
        PATIENCE,
        seen.wait_for(|open| waits(open, Missed::WentAway)),
    );
    went.await.expect("it is noticed").expect("it runs");
    let late = ana
        .app
        .pick(question, Some(0))
        .await
        .expect_err("withdrawn");
    assert_eq!(late.code(), Code::NotFound);
    assert_eq!(ana.members().await, 1);
}

#[tokio::test]
async fn story_34_a_joiner_that_died_before_its_person_confirmed_has_nothing_and_is_let_in_again() {
    let (ana, ben) = (Device::new("Ana").await, Device::new("Ben").await);
    let mut held = Vec::new();
    for confirms in [false, true] {
        let id = ben.sees(ana.invites(Role::Editor).await).await;
        let shown = ben.app.ask_to_join(&id).await.expect("pictures");
        let (question, rows) = ana.asked().await;
        let picked = ana.app.picked(question, Some(place_of(&shown, &rows)));
        assert!(matches!(
            picked.await.expect("asked"),
            Inviting::Joined { .. }
        ));
        ben.app.welcome().await.expect("let in");
        if confirms {
            ben.app.open_joined(PATIENCE).await.expect("a member");
        } else {
            ben.app.leave_joining().await.expect("it runs");
            let nothing = ben.app.open_joined(PATIENCE).await;
            assert_eq!(nothing.expect_err("discarded").code(), Code::NotFound);
            assert_eq!(ben.app.spaces().await.expect("it runs").len(), 1);
        }
        let space = ana.space().await;
        let entries = ana
            .app
            .ask(move |driver| Ok(driver.entries_held(space)))
            .await;
        held.push(entries.expect("it runs"));
    }
    assert_eq!(held[0], held[1], "one Member entry is enough");
    assert_eq!(ben.members().await, 2);
}

#[tokio::test]
async fn what_is_closed_while_somebody_asks_lets_nobody_in() {
    let (ana, ben) = (Device::new("Ana").await, Device::new("Ben").await);
    let id = ben.sees(ana.invites(Role::Editor).await).await;
    ben.app.ask_to_join(&id).await.expect("pictures");
    let (question, _) = ana.asked().await;
    ana.app.close_invitation().await.expect("it runs");
    let refused = ben.app.welcome().await.expect_err("not let in");
    assert!(
        refused.to_string().contains("the invitation is closed"),
        "{refused}"
    );
    assert_eq!(
        ana.app
            .pick(question, Some(0))
            .await
            .expect_err("withdrawn")
            .code(),
        Code::NotFound
    );
    assert_eq!(
        ana.app.invitation().await.expect("it runs"),
        Inviting::Closed
    );
    // The offline switch closes one, too.
    ana.invites(Role::Editor).await;
    ana.app.set_offline(true).await.expect("it runs");
    let over = ana.app.invitation().await.expect("it runs");
    let offline = matches!(
        &over,
        Inviting::Over {
            why: InvitingOver::Offline,
            ..
        }
    );
    assert!(offline, "{over:?}");
    let offline = ana
        .app
        .open_invitation(ana.space().await, Role::Editor)
        .await;
    assert_eq!(offline.expect_err("offline").code(), Code::Offline);
}

#[tokio::test]
async fn somebody_between_who_hands_every_message_on_is_found_out() {
    let (ana, ben) = (Device::new("Ana").await, Device::new("Ben").await);
    let place = ana.invites(Role::Editor).await;
    let mut between = PairListener::open(None).expect("a free port");
    let there = SocketAddr::from(([127, 0, 0, 1], between.port()));
    let relay = tokio::spawn(async move {
        while let Some(mut guest) = between.next().await {
            let mut host = pair_dial(&[place]).await.expect("it invites");
            // Each message in turn, until one side hangs up.
            loop {
                let Ok(said) = guest.recv(PAIR_ADMISSION_MAX_BYTES).await else {
                    break;
                };
                host.send(&said).await.expect("sent");
                let Ok(answer) = host.recv(PAIR_ADMISSION_MAX_BYTES).await else {
                    break;
                };
                guest.send(&answer).await.expect("sent");
            }
        }
    });
    let id = ben.sees(there).await;
    let broken = ben
        .app
        .ask_to_join(&id)
        .await
        .expect_err("the host hangs up");
    assert_eq!(broken.code(), Code::Unreachable, "{broken}");
    // It never reached Ana's screen.
    let open = ana.app.invitation().await.expect("it runs");
    assert!(
        matches!(open, Inviting::Waiting { missed: None, .. }),
        "{open:?}"
    );
    relay.abort();
}

#[tokio::test]
async fn who_answers_without_proof_or_offers_something_else_is_not_asked() {
    let ben = Device::new("Ben").await;
    let ana = Device::new("Ana").await;
    let id = ben.sees(ana.invites(Role::Viewer).await).await;
    // The invitation is another one by now: its person saw "can only read".
    ana.invites(Role::Owner).await;
    let changed = ben.app.ask_to_join(&id).await.expect_err("another offer");
    assert!(
        matches!(changed.code(), Code::Refused | Code::Unreachable),
        "{changed}"
    );
    // A program that answers rubbish is nobody who invites.
    let mut rubbish = PairListener::open(None).expect("a free port");
    let there = SocketAddr::from(([127, 0, 0, 1], rubbish.port()));
    tokio::spawn(async move {
        while let Some(mut caller) = rubbish.next().await {
            let said = caller.recv(PAIR_ADMISSION_MAX_BYTES).await.expect("a call");
            assert_eq!(CeremonyMessage::decode(&said), Ok(CeremonyMessage::Call));
            caller.send(&[17; 40]).await.expect("sent");
        }
    });
    let heard = ben.app.tell(move |driver| {
        driver.invitation_gone("them");
        driver.invitation_seen("rubbish".into(), vec![there], &[INVITATION_LABEL]);
    });
    heard.await.expect("it runs");
    let nearby = ben.app.somebody_nearby(Duration::from_secs(1)).await;
    assert!(nearby.expect("it runs").is_empty());
}

#[tokio::test]
async fn a_name_that_nobody_could_read_reaches_no_screen() {
    let ana = Device::new("Ana").await;
    for name in ["Ben\u{202e}anA", "two\nlines"] {
        // Each over an invitation of its own, which nobody has asked at yet.
        let place = ana.invites(Role::Editor).await;
        let mut host = pair_dial(&[place]).await.expect("it invites");
        let root = Root::new([7; 32]);
        let (mine, theirs) = (host.local_peer_id_bytes(), host.remote_peer_id_bytes());
        let (mut guest, call) = Guest::start(&root, &mine, &theirs);
        let mut told = Vec::new();
        let mut next = call;
        // Up to the reveal; then the host hangs up.
        for step in 0..3 {
            host.send(&next.encode().expect("short"))
                .await
                .expect("sent");
            let Ok(answer) = host.recv(PAIR_ADMISSION_MAX_BYTES).await else {
                break;
            };
            let answer = CeremonyMessage::decode(&answer).expect("a message");
            told.push(answer.clone());
            next = match step {
                0 => {
                    guest.on_offer(&answer).expect("an offer");
                    guest.ask([3; 32], name, "laptop").expect("short")
                }
                _ => match guest.on_nonce(&answer) {
                    Ok(reveal) => reveal,
                    Err(_) => break,
                },
            };
        }
        let nonce = matches!(
            told[..],
            [CeremonyMessage::Offer(_), CeremonyMessage::Nonce(_)]
        );
        assert!(
            nonce,
            "its name is known, and nothing is proven to it: {told:?}"
        );
        let open = ana.app.invitation().await.expect("it runs");
        assert!(
            matches!(open, Inviting::Waiting { missed: None, .. }),
            "{open:?}"
        );
    }
}
