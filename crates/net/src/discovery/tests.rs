//! Two announcements on the loopback interface, and the rules of sightings.

use skein_space::{SpaceSecret, TransportKey};
use tokio::time::{Duration, Instant, timeout};

use super::*;
use crate::command::Tag;
use crate::event::NetEvent;
use crate::links::{Link, Links};
use libp2p::swarm::ConnectionId;

fn tag(number: u8) -> Tag {
    Tag {
        label: u32::from(number),
        key: SpaceSecret::new([number; 32]).tag_key(),
        shown: true,
        dial: true,
    }
}

fn showing(numbers: &[u8]) -> Announcement {
    Announcement {
        tags: numbers.iter().map(|number| tag(*number)).collect(),
        pairing_port: None,
    }
}

fn heard(instance: &str, address: &str, space: u8) -> Heard {
    Heard {
        instance: instance.to_owned(),
        addresses: vec![address.parse().expect("test address")],
        txt: Txt::make(&showing(&[space]), &mut random),
    }
}

fn sightings(ours: &str, space: u8) -> Sightings {
    let mut sightings = Sightings::default();
    sightings.rename(ours.to_owned());
    sightings.recognise(vec![tag(space)], Instant::now());
    sightings
}

#[tokio::test]
async fn an_announcement_is_heard_changed_and_taken_back() {
    let first = Discovery::start(4001, &showing(&[1]), Reach::Loopback).expect("a daemon");
    let mut second = Discovery::start(4002, &showing(&[]), Reach::Loopback).expect("a daemon");
    let name = first.instance().to_owned();
    let wait = |seconds| Duration::from_secs(seconds);

    let hearing = async {
        loop {
            match second.next().await {
                Note::Heard(heard) if heard.instance == name => break heard,
                _ => {}
            }
        }
    };
    let before = timeout(wait(20), hearing).await.expect("heard");
    assert!(
        before
            .addresses
            .iter()
            .all(|address| address.port() == 4001 && address.ip().is_loopback())
    );
    assert!(before.txt.matches(&[tag(1)]).next().is_some());

    let with_port = Announcement {
        pairing_port: Some(999),
        ..showing(&[2])
    };
    first.announce(&with_port).expect("announced");
    let hearing = async {
        loop {
            match second.next().await {
                Note::Heard(heard)
                    if heard.instance == name && heard.txt.pairing_port == Some(999) =>
                {
                    break heard;
                }
                _ => {}
            }
        }
    };
    let after = timeout(wait(20), hearing).await.expect("heard again");
    assert_ne!(before.txt.nonce, after.txt.nonce);
    assert!(after.txt.matches(&[tag(1)]).next().is_none());
    assert!(after.txt.matches(&[tag(2)]).next().is_some());

    first.stop(Leave::Goodbye).await;
    let leaving =
        async { while !matches!(second.next().await, Note::Gone(gone) if gone == name) {} };
    timeout(wait(20), leaving).await.expect("a goodbye");
    second.stop(Leave::Silently).await;
}

#[test]
fn the_lower_name_dials_at_once_and_the_higher_after_a_second() {
    let now = Instant::now();
    let links = Links::default();
    for (ours, due) in [("a", now), ("z", now + config::OTHER_DIALS_AFTER)] {
        let mut sightings = sightings(ours, 1);
        let event = sightings.heard(heard("m", "10.0.0.2:1", 1), now);
        assert!(matches!(event, Some(NetEvent::Discovered { labels, .. }) if labels == [1]));
        assert_eq!(sightings.next_due(&links), Some(due));
        assert_eq!(sightings.take_due(due, &links, 9).len(), 1);
    }
}

#[test]
fn strangers_and_ourselves_are_not_dialled() {
    let now = Instant::now();
    let mut sightings = sightings("a", 1);
    assert!(sightings.heard(heard("b", "10.0.0.2:1", 2), now).is_none());
    assert!(sightings.heard(heard("a", "10.0.0.2:1", 1), now).is_none());
    assert_eq!(sightings.next_due(&Links::default()), None);
    // A secret that comes later is looked for in what was heard before.
    let events = sightings.recognise(vec![tag(2)], now);
    assert!(matches!(&events[..], [NetEvent::Discovered { labels, .. }] if *labels == [2]));
    assert_eq!(sightings.take_due(now, &Links::default(), 9).len(), 1);
}

#[test]
fn who_shows_no_tag_of_ours_any_more_or_is_gone_is_told_once() {
    let now = Instant::now();
    let mut sightings = sightings("a", 1);
    let vanished = |event: Option<NetEvent>| matches!(event, Some(NetEvent::Vanished { instance }) if instance == "b");
    sightings.heard(heard("b", "10.0.0.2:1", 1), now);
    assert!(vanished(sightings.heard(heard("b", "10.0.0.2:1", 2), now)));
    assert!(sightings.heard(heard("b", "10.0.0.2:1", 2), now).is_none());
    assert!(sightings.gone("b").is_none(), "a stranger by now");
    sightings.heard(heard("b", "10.0.0.2:1", 1), now);
    sightings.heard(heard("c", "10.0.0.3:1", 2), now);
    let ended = sightings.clear();
    assert_eq!(ended.len(), 1);
    assert!(vanished(ended.into_iter().next()));
}

#[test]
fn an_announcement_that_leads_nowhere_is_tried_more_and_more_rarely() {
    let mut now = Instant::now();
    let start = now;
    let links = Links::default();
    let mut sightings = sightings("a", 1);
    sightings.heard(heard("b", "10.0.0.2:1", 1), now);
    let mut dials = 0;
    while now < start + Duration::from_secs(300) {
        for (instance, _) in sightings.take_due(now, &links, 9) {
            dials += 1;
            sightings.dial_ended(&instance, None, now);
        }
        now = sightings
            .next_due(&links)
            .expect("still announced")
            .max(now + Duration::from_millis(1));
    }
    assert!((8..25).contains(&dials), "{dials} dials in five minutes");
}

#[test]
fn who_is_connected_from_an_announced_address_is_not_dialled_again_until_it_is_gone() {
    let now = Instant::now();
    let peer = TransportKey([3; 32]);
    let mut links = Links::default();
    let connection = ConnectionId::new_unchecked(1);
    let link = Link {
        connection,
        remote: "10.0.0.2:50123".parse().expect("test address"),
        outbound: false,
        since: now,
    };
    links.established(peer, link);
    let mut sightings = sightings("a", 1);
    sightings.heard(heard("b", "10.0.0.2:1", 1), now);
    assert!(sightings.take_due(now, &links, 9).is_empty());
    assert_eq!(sightings.next_due(&links), None);
    // A second device behind the same address is somebody else.
    sightings.heard(heard("c", "10.0.0.2:2", 1), now);
    assert_eq!(
        sightings.take_due(now, &links, 9),
        [("c".to_owned(), "10.0.0.2:2".parse().expect("address"))]
    );
    links.closed(peer, connection);
    sightings.disconnected(peer, Duration::ZERO, now);
    let due: Vec<String> = sightings
        .take_due(now, &links, 9)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(due, ["b"]);
}

#[test]
fn rubbish_never_pushes_out_what_matters() {
    let now = Instant::now();
    let mut sightings = sightings("a", 1);
    sightings.heard(heard("friend", "10.0.0.2:1", 1), now);
    for number in 0..1000 {
        sightings.heard(heard(&format!("x{number}"), "10.0.0.3:1", 2), now);
    }
    assert_eq!(sightings.take_due(now, &Links::default(), 9).len(), 1);
}
