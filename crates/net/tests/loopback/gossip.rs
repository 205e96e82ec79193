//! Gossip among members.

use skein_net::config::GOSSIP_MAX_BYTES;
use skein_net::{GossipId, NetCommand, NetEvent, Topic, TroubleCode, Verdict};
use skein_space::SpaceSecret;
use tokio::time::{Duration, timeout};

use crate::support::{DEADLINE, Node, config, connect, node, pair, start};

async fn publish(node: &Node, topic: Topic, bytes: &[u8]) {
    let bytes = bytes.to_vec();
    node.command(NetCommand::Publish { topic, bytes }).await;
}

fn message(event: &NetEvent) -> Option<(GossipId, Topic, Vec<u8>)> {
    match event {
        NetEvent::Gossip { id, topic, bytes } => Some((*id, *topic, bytes.clone())),
        _ => None,
    }
}

/// Says new things until one of them arrives: gossip may lose any one of them.
pub async fn reaches(from: &mut Node, to: &mut Node, topic: Topic) -> GossipId {
    let said = |round: u32| [&from.key.0[..4], &topic.0[..4], &round.to_le_bytes()].concat();
    let arrived = async {
        for round in 0.. {
            publish(from, topic, &said(round)).await;
            let heard = timeout(Duration::from_millis(300), async {
                loop {
                    let event = to.events.recv().await.expect("the net runs");
                    if let Some((id, of, bytes)) = message(&event)
                        && of == topic
                        && bytes[..4] == from.key.0[..4]
                    {
                        return id;
                    }
                }
            });
            if let Ok(id) = heard.await {
                return id;
            }
        }
        unreachable!("rounds do not end")
    };
    timeout(DEADLINE, arrived)
        .await
        .expect("gossip arrives in the end")
}

#[tokio::test]
async fn story_32_a_sealed_message_goes_round_and_says_nothing_to_who_has_another_secret() {
    let (mut one, mut two) = pair().await;
    let secret = SpaceSecret::new([5; 32]);
    let topic = secret.topic();
    one.command(NetCommand::Subscribe(topic)).await;
    two.command(NetCommand::Subscribe(topic)).await;
    reaches(&mut one, &mut two, topic).await;
    let sealed = secret
        .gossip_key()
        .seal([7; 24], b"an edit")
        .expect("small");
    publish(&one, topic, &sealed).await;
    let (id, of, bytes) = two
        .until("the sealed message", |event| {
            message(event).filter(|(_, _, bytes)| *bytes == sealed)
        })
        .await;
    assert_eq!((id.from, of), (one.key, topic));
    assert_eq!(id.message, *blake3::hash(&sealed).as_bytes());
    let opened = secret
        .gossip_key()
        .open(&bytes)
        .expect("sealed with this key");
    assert_eq!(opened, b"an edit");
    let elsewhere = SpaceSecret::new([6; 32]).gossip_key();
    assert!(elsewhere.open(&bytes).is_err(), "a member of another space");
    let words = bytes.windows(7).any(|window| window == b"an edit");
    assert!(!words, "who subscribes without the secret");
}

#[tokio::test]
async fn only_what_was_accepted_is_handed_on() {
    // 1 – 2 – 3: 1 and 3 do not know where the other is.
    let (mut one, mut two, mut three) = (node(1).await, node(2).await, node(3).await);
    let topic = Topic([8; 32]);
    for node in [&one, &two, &three] {
        node.command(NetCommand::Subscribe(topic)).await;
    }
    one.allow(&[two.key]).await;
    two.allow(&[one.key, three.key]).await;
    three.allow(&[two.key]).await;
    one.knows(&two).await;
    three.knows(&two).await;
    one.is_up(two.key).await;
    three.is_up(two.key).await;
    reaches(&mut two, &mut three, topic).await;
    reaches(&mut one, &mut two, topic).await;

    let mut next = 0u32;
    let mut pass = async |verdict: Verdict| -> Vec<u8> {
        next += 1;
        let bytes = [b"pass me on, ".to_vec(), next.to_le_bytes().to_vec()].concat();
        publish(&one, topic, &bytes).await;
        let (id, ..) = two
            .until("the message at 2", |event| {
                message(event).filter(|(_, _, heard)| *heard == bytes)
            })
            .await;
        two.command(NetCommand::Validate { id, verdict }).await;
        bytes
    };
    let ignored = pass(Verdict::Ignore).await;
    let accepted = pass(Verdict::Accept).await;
    three
        .until("the accepted message at 3", |event| {
            let (_, _, heard) = message(event)?;
            assert_ne!(heard, ignored);
            (heard == accepted).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_topic_joined_after_connecting_works_both_ways() {
    let (mut one, mut two) = pair().await;
    for number in 0..3 {
        let topic = Topic([number; 32]);
        one.command(NetCommand::Subscribe(topic)).await;
        // The other joins only when the first announcement has long passed.
        let stream = one.open(two.key).await;
        two.opened().await;
        one.handle.send(stream, 6, vec![number]).expect("room");
        two.frame().await;
        two.command(NetCommand::Subscribe(topic)).await;
        reaches(&mut one, &mut two, topic).await;
        reaches(&mut two, &mut one, topic).await;
    }
}

#[tokio::test]
async fn too_large_a_message_is_trouble_and_the_largest_passes() {
    let (mut one, mut two) = pair().await;
    let topic = Topic([6; 32]);
    one.command(NetCommand::Subscribe(topic)).await;
    two.command(NetCommand::Subscribe(topic)).await;
    reaches(&mut one, &mut two, topic).await;
    publish(&one, topic, &vec![1; GOSSIP_MAX_BYTES + 1]).await;
    let code = one.until("trouble", |event| match event {
        NetEvent::Trouble { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code.await, TroubleCode::GossipTooLarge);
    publish(&one, topic, &vec![2; GOSSIP_MAX_BYTES]).await;
    two.until("the largest message", |event| {
        message(event).filter(|(_, _, bytes)| bytes.len() == GOSSIP_MAX_BYTES)
    })
    .await;
}

#[tokio::test]
async fn with_gossip_switched_off_streams_work_and_nothing_is_gossiped() {
    let mut quiet = config(1);
    quiet.gossip = false;
    let mut one = start(1, quiet).await;
    let mut two = node(2).await;
    let topic = Topic([6; 32]);
    one.command(NetCommand::Subscribe(topic)).await;
    two.command(NetCommand::Subscribe(topic)).await;
    connect(&mut one, &mut two).await;
    for round in 0..20u8 {
        publish(&two, topic, &[round]).await;
    }
    let stream = two.open(one.key).await;
    two.handle
        .send(stream, 6, &b"still here"[..])
        .expect("room");
    one.until("the frame", |event| {
        assert!(message(event).is_none());
        matches!(event, NetEvent::Frame { .. }).then_some(())
    })
    .await;
}
