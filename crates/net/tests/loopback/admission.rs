//! Who gets in.

use std::time::Duration;

use skein_net::config::GUEST_OPEN;
use skein_net::{DialReason, NetCommand, NetEvent};
use skein_space::SpaceSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::gossip::reaches;
use crate::support::{DEADLINE, Node, connect, node, pair};

async fn failure(node: &mut Node) -> DialReason {
    node.until("a failed dial", |event| match event {
        NetEvent::DialFailed { reason, .. } => Some(reason.clone()),
        NetEvent::Reached { .. } => panic!("reached"),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_stranger_hears_that_no_space_is_shared_and_never_counts_as_up() {
    let mut member = node(1).await;
    let mut stranger = node(2).await;
    member.allow_with(&[], &[1]).await;
    stranger.allow_with(&[member.key], &[2]).await;
    stranger.dial(member.address).await;
    assert_eq!(failure(&mut stranger).await, DialReason::NoSpaceShared);
    member.dial(stranger.address).await;
    assert_eq!(failure(&mut member).await, DialReason::NoSpaceShared);
    while let Ok(event) = member.events.try_recv() {
        assert!(
            !matches!(event, NetEvent::PeerUp { .. }),
            "a stranger is up"
        );
    }
}

#[tokio::test]
async fn whoever_connects_without_a_secret_learns_sixteen_random_bytes() {
    let member = node(1).await;
    member.allow(&[]).await;
    let mut heard = Vec::new();
    for said in [&b""[..], b"\x13/multistream/1.0.0\n\x07/noise\n"] {
        let mut socket = TcpStream::connect(member.address).await.expect("open");
        socket.write_all(said).await.expect("sent");
        let mut all = Vec::new();
        timeout(DEADLINE, socket.read_to_end(&mut all))
            .await
            .expect("the deadline closes it")
            .expect("closed in order");
        assert_eq!(all.len(), 16);
        heard.push(all);
    }
    assert_ne!(heard[0], heard[1]);
}

#[tokio::test]
async fn who_knows_a_secret_and_is_no_member_is_a_guest_until_it_is_one() {
    let mut one = node(1).await;
    let mut two = node(2).await;
    one.allow(&[]).await;
    two.allow(&[one.key]).await;
    two.knows(&one).await;
    two.is_up(one.key).await;
    one.is_up(two.key).await;
    two.open(one.key).await;
    let stream = one.opened().await;
    one.handle.send(stream, 12, Vec::new()).expect("open");
    assert_eq!(two.frame().await, (12, Vec::new()));
    // What it showed made it a member: it comes again as one, and stays.
    one.allow(&[two.key]).await;
    one.is_down(two.key).await;
    one.is_up(two.key).await;
    two.is_up(one.key).await;
    let gone = timeout(GUEST_OPEN + Duration::from_secs(2), one.is_down(two.key)).await;
    assert!(gone.is_err(), "a member was shown out");
}

#[tokio::test]
async fn who_is_no_longer_a_member_is_cut_off_and_may_come_back() {
    let (mut one, mut two) = pair().await;
    let stream = one.open(two.key).await;
    two.opened().await;
    one.allow(&[]).await;
    one.until("the stream down", |event| {
        matches!(event, NetEvent::StreamDown { stream: of, .. } if *of == stream).then_some(())
    })
    .await;
    one.is_down(two.key).await;
    two.is_down(one.key).await;
    one.allow(&[two.key]).await;
    one.is_up(two.key).await;
    two.is_up(one.key).await;
}

#[tokio::test]
async fn who_was_removed_is_let_in_to_be_told_and_hears_no_gossip() {
    let (mut one, mut two) = pair().await;
    let topic = SpaceSecret::new([5; 32]).topic();
    for node in [&one, &two] {
        node.command(NetCommand::Subscribe(topic)).await;
    }
    reaches(&mut one, &mut two, topic).await;
    one.allow(&[]).await;
    two.is_down(one.key).await;
    // It calls again, as a member would.
    two.is_up(one.key).await;
    let let_in = Instant::now();
    two.open(one.key).await;
    let stream = one.opened().await;
    one.handle
        .send(stream, 8, b"you are out".to_vec())
        .expect("open");
    assert_eq!(two.frame().await, (8, b"you are out".to_vec()));
    let mut heard = Vec::new();
    loop {
        let bytes = vec![heard.len() as u8; 9];
        one.command(NetCommand::Publish { topic, bytes }).await;
        match timeout(DEADLINE, two.events.recv())
            .await
            .expect("an event")
        {
            Some(NetEvent::PeerDown { .. }) => break,
            Some(NetEvent::Gossip { bytes, .. }) => panic!("it heard {bytes:?}"),
            other => heard.push(other),
        }
    }
    let lasted = let_in.elapsed();
    assert!(
        lasted >= GUEST_OPEN / 2 && lasted < GUEST_OPEN * 2,
        "{lasted:?}"
    );
    let again = timeout(Duration::from_secs(3), two.is_up(one.key)).await;
    assert!(again.is_err(), "it is let in once a minute");
    // Let in again as a member it takes part at once.
    one.allow(&[two.key]).await;
    two.is_up(one.key).await;
    reaches(&mut one, &mut two, topic).await;
}

#[tokio::test]
async fn rubbish_costs_a_closed_connection() {
    let mut one = node(1).await;
    let mut two = node(2).await;
    for rubbish in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 3000], &[0; 3000]] {
        let mut socket = TcpStream::connect(one.address)
            .await
            .expect("the port is open");
        let _ = socket.write_all(rubbish).await;
        let mut rest = Vec::new();
        let hung_up = tokio::time::timeout(DEADLINE, socket.read_to_end(&mut rest)).await;
        assert!(
            hung_up.is_ok(),
            "still open after {} bytes of rubbish",
            rubbish.len()
        );
    }
    connect(&mut one, &mut two).await;
}

#[tokio::test]
async fn a_typed_address_of_a_member_is_reached_and_worth_keeping() {
    let mut one = node(1).await;
    let two = node(2).await;
    one.allow(&[two.key]).await;
    two.allow(&[one.key]).await;
    one.dial(two.address).await;
    let mut kept = false;
    one.until("reached", |event| match event {
        NetEvent::PeerAddress { peer, address } => {
            kept = (*peer, *address) == (two.key, two.address);
            None
        }
        NetEvent::Reached { address, peer } => {
            assert_eq!((*address, *peer), (two.address, two.key));
            Some(())
        }
        _ => None,
    })
    .await;
    assert!(kept);
    one.dial(two.address).await;
    one.until("reached again", |event| {
        matches!(event, NetEvent::Reached { .. }).then_some(())
    })
    .await;
    one.command(NetCommand::Offline(true)).await;
}
