//! Framed streams between two members.

use skein_net::config::{
    ENTRY_FRAME_MAX_BYTES, ENTRY_KIND, EVENT_QUEUE, FRAME_MAX_BYTES, OUTBOX_BYTES,
};
use skein_net::{NetCommand, NetEvent, SendRefused, StreamEnd};

use crate::support::{key, node, pair};

#[tokio::test]
async fn frames_of_every_kind_and_size_arrive_in_order_both_ways() {
    let (mut one, mut two) = pair().await;
    let stream = one.open(two.key).await;
    let theirs = two.opened().await;
    let sent = [
        (1, b"hello".to_vec()),
        (200, Vec::new()), // a type nobody knows
        (ENTRY_KIND, vec![9; ENTRY_FRAME_MAX_BYTES - 1]),
        (2, vec![8; FRAME_MAX_BYTES - 1]),
    ];
    for (kind, body) in &sent {
        one.handle.send(stream, *kind, body.clone()).expect("room");
        two.handle.send(theirs, *kind, body.clone()).expect("room");
    }
    for (kind, body) in &sent {
        assert!(two.frame().await == (*kind, body.clone()));
        assert!(one.frame().await == (*kind, body.clone()));
    }
}

#[tokio::test]
async fn a_frame_that_is_too_large_for_its_type_is_not_taken() {
    let (mut one, two) = pair().await;
    let stream = one.open(two.key).await;
    let refused = one.handle.send(stream, 2, vec![0; FRAME_MAX_BYTES]);
    assert_eq!(refused, Err(SendRefused::TooLarge));
    let refused = one
        .handle
        .send(stream, ENTRY_KIND, vec![0; ENTRY_FRAME_MAX_BYTES]);
    assert_eq!(refused, Err(SendRefused::TooLarge));
    assert_eq!(one.handle.send(stream, 2, vec![0; 10]), Ok(()));
}

#[tokio::test]
async fn a_peer_that_does_not_read_fills_a_bounded_outbox_and_loses_nothing() {
    const FRAME: usize = 64 * 1024;
    let (mut one, mut two) = pair().await;
    let stream = one.open(two.key).await;
    two.opened().await;
    let mut sent = 0u32;
    // Nobody takes events at two. What fits into queues and windows is far below 64 MiB.
    while sent < 1_024 {
        let mut body = vec![0; FRAME];
        body[..4].copy_from_slice(&sent.to_le_bytes());
        match one.handle.send(stream, 2, body) {
            Ok(()) => sent += 1,
            Err(SendRefused::Full) => {
                // Full for good, not only until the writer runs again?
                let settled =
                    tokio::time::timeout(std::time::Duration::from_secs(2), one.events.recv())
                        .await;
                match settled {
                    Ok(Some(NetEvent::Drained { .. })) => continue,
                    Ok(other) => panic!("unexpected: {other:?}"),
                    Err(_) => break,
                }
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(sent < 1_024, "the outbox never filled");
    assert!(
        sent as usize * FRAME > OUTBOX_BYTES + EVENT_QUEUE * FRAME,
        "queues were used"
    );
    for number in 0..sent {
        let (_, body) = two.frame().await;
        assert_eq!(body[..4], number.to_le_bytes());
    }
    one.until("room again", |event| {
        matches!(event, NetEvent::Drained { .. }).then_some(())
    })
    .await;
    one.handle
        .send(stream, 2, &b"on it goes"[..])
        .expect("room again");
    assert_eq!(two.frame().await.1, b"on it goes");
}

#[tokio::test]
async fn what_was_sent_before_a_close_arrives_before_it() {
    let (mut one, mut two) = pair().await;
    let stream = one.open(two.key).await;
    two.opened().await;
    for number in 0..100u8 {
        one.handle
            .send(stream, 6, vec![number; 1000])
            .expect("room");
    }
    one.command(NetCommand::CloseStream { stream }).await;
    for number in 0..100u8 {
        assert_eq!(two.frame().await, (6, vec![number; 1000]));
    }
    let end = |event: &NetEvent| match event {
        NetEvent::StreamDown { reason, .. } => Some(*reason),
        _ => None,
    };
    assert_eq!(one.until("the end", end).await, StreamEnd::ClosedHere);
    assert_eq!(two.until("the end", end).await, StreamEnd::ClosedByPeer);
    assert_eq!(
        one.handle.send(stream, 6, vec![1]),
        Err(SendRefused::Closed)
    );
    // The connection stands, and so does the next stream.
    let stream = one.open(two.key).await;
    one.handle.send(stream, 6, vec![1]).expect("room");
    assert_eq!(two.frame().await, (6, vec![1]));
}

#[tokio::test]
async fn a_stream_to_who_is_not_connected_is_refused() {
    let mut one = node(1).await;
    let stream = one.handle.open_stream(key(9)).expect("room");
    let reason = one
        .until("the refusal", |event| match event {
            NetEvent::StreamDown {
                stream: of, reason, ..
            } if *of == stream => Some(*reason),
            _ => None,
        })
        .await;
    assert_eq!(reason, StreamEnd::NotConnected);
}

#[tokio::test]
async fn all_streams_of_a_peer_end_before_it_is_down() {
    let (mut one, mut two) = pair().await;
    for _ in 0..3 {
        one.open(two.key).await;
        two.opened().await;
    }
    two.command(NetCommand::Offline(true)).await;
    let mut ended = 0;
    one.until("the peer down", |event| {
        ended += usize::from(matches!(event, NetEvent::StreamDown { .. }));
        matches!(event, NetEvent::PeerDown { .. }).then_some(())
    })
    .await;
    assert_eq!(ended, 3);
}

#[tokio::test]
async fn a_stream_on_a_connection_that_was_one_too_many_ends_on_both_sides() {
    let (mut one, mut two) = pair().await;
    let near = two.open(one.key).await;
    let far = one.opened().await;
    // Of three connections the oldest is closed: it carries the stream.
    for _ in 0..2 {
        two.dial(one.address).await;
        two.until("one more connection", |event| {
            matches!(event, NetEvent::Reached { .. }).then_some(())
        })
        .await;
    }
    for (node, ended) in [(&mut one, far), (&mut two, near)] {
        node.until("the stream's end", |event| {
            matches!(event, NetEvent::StreamDown { stream, .. } if *stream == ended).then_some(())
        })
        .await;
    }
    two.open(one.key).await;
}
