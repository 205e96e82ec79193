//! Ports, dialling, and coming back.

use std::net::SocketAddr;

use skein_net::{BindError, DialReason, Listen, Net, NetCommand, NetEvent, Topic, TroubleCode};
use tokio::net::TcpListener;

use crate::support::{Node, config, key, node, pair, start};

async fn failure(node: &mut Node, address: SocketAddr) -> DialReason {
    node.dial(address).await;
    node.until("a failed dial", |event| match event {
        NetEvent::DialFailed {
            address: of,
            reason,
        } if *of == address => Some(reason.clone()),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_busy_port_of_our_own_choice_is_replaced_and_it_is_said() {
    let busy = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
    let wanted = busy.local_addr().expect("bound").port();
    let mut settings = config(1);
    settings.listen = Listen::Everywhere { port: wanted };
    let (_handle, mut events) = Net::start(settings).await.expect("another port");
    let mut said = false;
    loop {
        match events.recv().await.expect("the net runs") {
            NetEvent::Trouble { code, .. } => said |= code == TroubleCode::PortTaken,
            NetEvent::Listening {
                port,
                instead_of,
                addresses,
            } => {
                assert!(port != wanted && port != 0);
                assert_eq!(instead_of, Some(wanted));
                assert!(addresses.last().expect("loopback").ip().is_loopback());
                assert!(addresses.iter().all(|address| address.port() == port));
                break;
            }
            _ => {}
        }
    }
    assert!(said);
}

#[tokio::test]
async fn a_busy_port_that_a_person_named_is_an_error_also_when_another_skein_has_it() {
    let first = node(1).await;
    let mut settings = config(2);
    settings.listen = Listen::Exactly(vec![first.address]);
    let refused = Net::start(settings).await;
    assert!(matches!(refused, Err(BindError::Busy(address)) if address == first.address));
}

#[tokio::test]
async fn a_failed_dial_says_why() {
    let mut one = node(1).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let nobody = gone.local_addr().expect("bound");
    drop(gone);
    assert_eq!(failure(&mut one, nobody).await, DialReason::Refused);

    let here = one.address;
    assert_eq!(failure(&mut one, here).await, DialReason::Myself);

    // No machine has that many interfaces.
    let nowhere: SocketAddr = "[fe80::1%4000000]:4001".parse().expect("an address");
    assert_eq!(failure(&mut one, nowhere).await, DialReason::Unreachable);

    // Who waits to be spoken to is no Skein; who greets may be one, of a space that is not ours.
    let says = [
        (&b""[..], DialReason::NotSkein),
        (b"220 mail.example ready\r\n", DialReason::NoSpaceShared),
    ];
    for (greeting, reason) in says {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = server.local_addr().expect("bound");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = server.accept().await {
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, greeting).await;
            }
        });
        assert_eq!(failure(&mut one, address).await, reason);
    }

    one.command(NetCommand::Offline(true)).await;
    assert_eq!(failure(&mut one, nobody).await, DialReason::Offline);
}

#[tokio::test]
async fn a_peer_that_restarts_with_its_identity_gets_streams_and_gossip_again() {
    let (mut one, two) = pair().await;
    let topic = Topic([3; 32]);
    one.command(NetCommand::Subscribe(topic)).await;
    let address = two.address;
    drop(two); // as when its process dies: no goodbye of ours
    one.is_down(key(2)).await;

    let mut settings = config(2);
    settings.listen = Listen::Exactly(vec![address]);
    let mut two = start(2, settings).await;
    two.command(NetCommand::Subscribe(topic)).await;
    two.allow(&[one.key]).await;
    two.knows(&one).await;
    one.is_up(two.key).await;
    two.is_up(one.key).await;
    let stream = two.open(one.key).await;
    two.handle.send(stream, 6, &b"back"[..]).expect("room");
    assert_eq!(one.frame().await.1, b"back");
    crate::gossip::reaches(&mut two, &mut one, topic).await;
    crate::gossip::reaches(&mut one, &mut two, topic).await;
}

/// Device 2 as it is when its machine loses power: connected and gossiping, then silent for ever,
/// without a word to the other end.
async fn struck_dead(one: &mut Node, topic: Topic) {
    let (dies, struck) = tokio::sync::oneshot::channel();
    let (key, address) = (one.key, one.address);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut old = node(2).await;
            old.command(NetCommand::Subscribe(topic)).await;
            old.allow(&[key]).await;
            let addresses = vec![address];
            old.command(NetCommand::Known {
                peer: key,
                addresses,
            })
            .await;
            old.is_up(key).await;
            // Its last words of the handshake may still wait to be sent: it lives until they have arrived.
            struck.await.expect("the test waits");
            loop {
                std::thread::park(); // nothing of this runtime moves again; its sockets stay open
            }
        })
    });
    one.is_up(crate::support::key(2)).await;
    dies.send(()).expect("it was alive");
}

#[tokio::test]
async fn a_peer_that_returns_while_its_old_connection_looks_alive_still_learns_our_topics() {
    let mut one = node(1).await;
    let topic = Topic([4; 32]);
    one.command(NetCommand::Subscribe(topic)).await;
    one.allow(&[key(2)]).await;
    struck_dead(&mut one, topic).await;
    let mut new = node(2).await;
    new.command(NetCommand::Subscribe(topic)).await;
    new.allow(&[one.key]).await;
    new.knows(&one).await;
    new.is_up(one.key).await;
    // A stream opens on the new connection, not on the ghost.
    let stream = one.open(new.key).await;
    one.handle
        .send(stream, 6, &b"to the new one"[..])
        .expect("room");
    assert_eq!(new.frame().await.1, b"to the new one");
    crate::gossip::reaches(&mut new, &mut one, topic).await;
    crate::gossip::reaches(&mut one, &mut new, topic).await;
}

#[tokio::test]
async fn a_peer_that_falls_silent_is_noticed_within_ten_seconds() {
    let mut one = node(1).await;
    one.allow(&[key(2)]).await;
    struck_dead(&mut one, Topic([4; 32])).await;
    let before = tokio::time::Instant::now();
    one.is_down(key(2)).await;
    // Ten seconds and a busy machine's share.
    assert!(
        before.elapsed() < std::time::Duration::from_secs(15),
        "after {:?}",
        before.elapsed()
    );
}

#[tokio::test]
async fn both_may_dial_at_once() {
    for round in 0..5u8 {
        let (mut one, mut two) = (node(10 + round).await, node(30 + round).await);
        one.allow(&[two.key]).await;
        two.allow(&[one.key]).await;
        one.knows(&two).await;
        two.knows(&one).await;
        one.is_up(two.key).await;
        two.is_up(one.key).await;
        let stream = one.open(two.key).await;
        one.handle.send(stream, 6, &b"hello"[..]).expect("room");
        assert_eq!(two.frame().await.1, b"hello");
    }
}

#[tokio::test]
async fn after_the_network_changed_everything_is_dialled_again() {
    let (mut one, mut two) = pair().await;
    two.command(NetCommand::NetworkChanged).await;
    two.is_down(one.key).await;
    two.is_up(one.key).await;
    one.is_down(two.key).await;
    one.is_up(two.key).await;
}
