//! The rules of the pairing port.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;

const LIMIT: usize = config::PAIR_FRAME_MAX_BYTES;

fn loopback(listener: &PairListener) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], listener.port()))
}

async fn both(listener: &mut PairListener) -> (PairConversation, PairConversation) {
    let address = [loopback(listener)];
    let caller = pair_dial(&address).await.expect("the port answers");
    let called = timeout(Duration::from_secs(5), listener.next()).await;
    (
        caller,
        called.expect("in time").expect("the listener is open"),
    )
}

#[tokio::test]
async fn both_sides_see_the_same_two_identities_and_speak_in_turn() {
    let mut listener = PairListener::open(None).expect("a free port");
    let (mut joiner, mut inviter) = both(&mut listener).await;
    assert_eq!(joiner.local_peer_id_bytes(), inviter.remote_peer_id_bytes());
    assert_eq!(joiner.remote_peer_id_bytes(), inviter.local_peer_id_bytes());
    joiner.send(b"let me in").await.expect("sent");
    assert_eq!(inviter.recv(LIMIT).await.expect("heard"), b"let me in");
    let admission = vec![7; config::PAIR_ADMISSION_MAX_BYTES];
    let (sent, heard) = tokio::join!(
        inviter.send(&admission),
        joiner.recv(config::PAIR_ADMISSION_MAX_BYTES)
    );
    sent.expect("sent");
    assert_eq!(heard.expect("heard"), admission);
    inviter.close().await.expect("closed");
    assert_eq!(joiner.recv(LIMIT).await, Err(PairError::Closed));
}

#[tokio::test]
async fn a_message_before_the_proof_is_at_most_8_kib() {
    let mut listener = PairListener::open(None).expect("a free port");
    let (mut joiner, mut inviter) = both(&mut listener).await;
    joiner.send(&[0; LIMIT + 1]).await.expect("the sender may");
    assert_eq!(inviter.recv(LIMIT).await, Err(PairError::TooLarge));
    let too_large = vec![0; config::PAIR_ADMISSION_MAX_BYTES + 1];
    assert_eq!(joiner.send(&too_large).await, Err(PairError::TooLarge));
}

#[tokio::test]
async fn addresses_end_with_loopback_and_the_first_that_answers_is_taken() {
    let listener = PairListener::open(None).expect("a free port");
    let addresses = listener.addresses();
    assert!(addresses.last().expect("loopback is up").ip().is_loopback());
    assert!(
        addresses
            .iter()
            .all(|address| address.port() == listener.port())
    );
    let closed = PairListener::open(None).expect("a free port");
    let nobody = loopback(&closed);
    drop(closed);
    let tried = [nobody, loopback(&listener)];
    let caller = pair_dial(&tried).await;
    assert!(caller.is_ok());
}

#[tokio::test]
async fn a_ticket_port_that_is_busy_is_an_error() {
    let open = PairListener::open(None).expect("a free port");
    let again = PairListener::open(Some(open.port()));
    assert!(matches!(again, Err(BindError::Busy(_))));
    let port = open.port();
    drop(open);
    let reopened = async {
        while PairListener::open(Some(port)).is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), reopened)
        .await
        .expect("dropping it closes the port");
}

#[tokio::test]
async fn a_closed_port_and_rubbish_are_told_apart() {
    let closed = PairListener::open(None).expect("a free port");
    let nobody = loopback(&closed);
    drop(closed);
    let refused = async {
        while pair_dial(&[nobody]).await.expect_err("nobody is there") != PairError::Refused {}
    };
    timeout(Duration::from_secs(5), refused)
        .await
        .expect("the port is closed");
    assert_eq!(
        pair_dial(&[]).await.expect_err("no address"),
        PairError::NoAddress
    );

    let talker = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = talker.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = talker.accept().await {
            let _ = stream.write_all(b"220 mail.example ready\r\n").await;
        }
    });
    assert_eq!(
        pair_dial(&[address]).await.expect_err("a mail server"),
        PairError::NotSkein
    );
}

#[tokio::test]
async fn rubbish_costs_a_closed_connection_and_the_next_one_is_served() {
    let mut listener = PairListener::open(None).expect("a free port");
    let mut stranger = TcpStream::connect(loopback(&listener)).await.expect("open");
    stranger.write_all(&[0xff; 4096]).await.expect("sent");
    let mut rest = Vec::new();
    let ended = timeout(
        config::HANDSHAKE_DEADLINE * 2,
        stranger.read_to_end(&mut rest),
    )
    .await;
    assert!(ended.is_ok(), "the port hangs up");
    both(&mut listener).await;
}

#[tokio::test]
async fn eight_at_once_and_four_handshakes_from_one_address() {
    let mut listener = PairListener::open(None).expect("a free port");
    let mut open = Vec::new();
    for _ in 0..config::PAIR_CONNECTIONS {
        open.push(both(&mut listener).await);
    }
    let ninth = pair_dial(&[loopback(&listener)]).await;
    assert!(ninth.is_err(), "every place is taken");
    open.pop();
    let freed = async { while pair_dial(&[loopback(&listener)]).await.is_err() {} };
    timeout(Duration::from_secs(5), freed)
        .await
        .expect("a place is free again");
}
