//! One device on a real network, for trying discovery by hand: `nearby SELF OTHER...`.
//!
//! Devices are numbers, and all of one run share a space. Lines on standard input: `offline`,
//! `online`, `send KIB` (that much to whoever came up last). Prints one line per event.

use std::collections::BTreeSet;

use skein_net::{
    Announcement, Listen, Net, NetCommand, NetConfig, NetEvent, NetHandle, StreamId, Tag,
    TransportSeed,
};
use skein_space::{Root, SpaceSecret};
use tokio::sync::mpsc;

fn root(number: &str) -> Root {
    Root::new([number.parse().expect("a device is a number below 256"); 32])
}

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut numbers = std::env::args().skip(1);
    let this = root(&numbers.next().expect("usage: nearby SELF OTHER..."));
    let others: BTreeSet<_> = numbers
        .map(|number| root(&number).transport_key())
        .collect();
    let config = NetConfig {
        seed: TransportSeed::new(this.transport_seed()),
        listen: Listen::Everywhere { port: 0 },
        offline: false,
        discovery: true,
        gossip: true,
        jitter: u64::from(std::process::id()),
    };
    let (handle, mut events) = Net::start(config).await.expect("a port is free");
    let tag = Tag {
        label: 1,
        key: SpaceSecret::new([42; 32]).tag_key(),
        shown: true,
        dial: true,
    };
    let announcement = Announcement {
        tags: vec![tag],
        pairing_port: None,
    };
    handle
        .command(NetCommand::Allow {
            members: others,
            current: vec![SpaceSecret::new([42; 32]).knock_key()],
            former: Vec::new(),
        })
        .await
        .expect("the net runs");
    handle
        .command(NetCommand::Announce(announcement))
        .await
        .expect("the net runs");
    let (typed, mut lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        lines.for_each(|line| drop(typed.blocking_send(line)));
    });
    let began = std::time::Instant::now();
    let mut sending = None;
    let mut peer = None;
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    println!("{:8.3} {}", began.elapsed().as_secs_f64(), describe(&event));
                    match event {
                        NetEvent::PeerUp { peer: up } => peer = Some(up),
                        NetEvent::StreamUp { stream, outbound: true, .. } => sending = sending.map(|(_, left)| (stream, left)),
                        _ => {}
                    }
                    sending = sending.and_then(|sending| send(&handle, sending));
                }
                None => return,
            },
            Some(line) = lines.recv() => {
                if let Some(kib) = line.strip_prefix("send ") {
                    let kib: usize = kib.parse().expect("send KIB");
                    sending = peer.and_then(|peer| handle.open_stream(peer).ok()).map(|stream| (stream, kib / 16));
                } else {
                    let offline = NetCommand::Offline(line == "offline");
                    handle.command(offline).await.expect("the net runs");
                }
            }
        }
    }
}

/// Sends frames of 16 KiB until all are sent (`None`) or the stream takes no more now.
fn send(handle: &NetHandle, (stream, mut left): (StreamId, usize)) -> Option<(StreamId, usize)> {
    while left > 0 && handle.send(stream, 5, vec![0; 16 * 1024]).is_ok() {
        left -= 1;
    }
    (left > 0).then_some((stream, left))
}

fn describe(event: &NetEvent) -> String {
    match event {
        NetEvent::PeerUp { peer } => format!("PeerUp {}", &peer.to_string()[..8]),
        NetEvent::PeerDown { peer } => format!("PeerDown {}", &peer.to_string()[..8]),
        NetEvent::Frame { body, .. } => format!("Frame of {} bytes", body.len()),
        other => format!("{other:?}"),
    }
}
