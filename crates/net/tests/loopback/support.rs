//! A device for tests: one net on 127.0.0.1, and waiting for what it says.

use std::net::SocketAddr;
use std::time::Duration;

use skein_net::{
    Listen, Net, NetCommand, NetConfig, NetEvent, NetHandle, StreamId, TransportKey, TransportSeed,
};
use skein_space::{Root, SpaceSecret};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Longest wait for anything that must happen. The machine may be busy; nothing here measures time.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A device under test.
pub struct Node {
    pub handle: NetHandle,
    pub events: mpsc::Receiver<NetEvent>,
    pub key: TransportKey,
    pub address: SocketAddr,
}

/// The configuration of device `number`, listening at a free port.
pub fn config(number: u8) -> NetConfig {
    NetConfig {
        seed: TransportSeed::new(Root::new([number; 32]).transport_seed()),
        listen: Listen::Exactly(vec![SocketAddr::from(([127, 0, 0, 1], 0))]),
        offline: false,
        discovery: false,
        gossip: true,
        jitter: u64::from(number),
    }
}

/// The transport key of device `number`.
pub fn key(number: u8) -> TransportKey {
    Root::new([number; 32]).transport_key()
}

/// Starts device `number`.
pub async fn node(number: u8) -> Node {
    start(number, config(number)).await
}

/// Starts device `number` with this configuration.
pub async fn start(number: u8, config: NetConfig) -> Node {
    let (handle, events) = Net::start(config).await.expect("a free port");
    let mut node = Node {
        handle,
        events,
        key: key(number),
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
    };
    let port = node.until("listening", |event| match event {
        NetEvent::Listening { port, .. } => Some(*port),
        _ => None,
    });
    let port = port.await;
    node.address.set_port(port);
    node
}

/// Starts devices 1 and 2, connected; 2 knows where 1 is.
pub async fn pair() -> (Node, Node) {
    let mut one = node(1).await;
    let mut two = node(2).await;
    connect(&mut one, &mut two).await;
    (one, two)
}

/// Lets two devices know each other and waits until they are connected.
pub async fn connect(one: &mut Node, two: &mut Node) {
    one.allow(&[two.key]).await;
    two.allow(&[one.key]).await;
    two.knows(one).await;
    one.is_up(two.key).await;
    two.is_up(one.key).await;
}

impl Node {
    /// The next event for which `pick` gives something; others are dropped.
    pub async fn until<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(&NetEvent) -> Option<T>,
    ) -> T {
        let mut seen = Vec::new();
        let found = async {
            while let Some(event) = self.events.recv().await {
                if let Some(found) = pick(&event) {
                    return Some(found);
                }
                seen.push(brief(&event));
            }
            None
        };
        match timeout(DEADLINE, found).await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("the net ended while waiting for: {what}; it said {seen:?}"),
            Err(_) => panic!("waited too long for: {what}; it said {seen:?}"),
        }
    }

    pub async fn command(&self, command: NetCommand) {
        self.handle.command(command).await.expect("the net runs");
    }

    /// Members, all of one space.
    pub async fn allow(&self, members: &[TransportKey]) {
        self.allow_with(members, &[1]).await;
    }

    /// Members, and the numbers of the secrets that this device knows.
    pub async fn allow_with(&self, members: &[TransportKey], secrets: &[u8]) {
        let keys = secrets
            .iter()
            .map(|number| SpaceSecret::new([*number; 32]).knock_key());
        self.command(NetCommand::Allow {
            members: members.iter().copied().collect(),
            current: keys.collect(),
            former: Vec::new(),
        })
        .await;
    }

    pub async fn knows(&self, other: &Node) {
        self.command(NetCommand::Known {
            peer: other.key,
            addresses: vec![other.address],
        })
        .await;
    }

    pub async fn dial(&self, address: SocketAddr) {
        self.command(NetCommand::Dial { address }).await;
    }

    pub async fn is_up(&mut self, key: TransportKey) {
        self.until("a peer up", |event| {
            matches!(event, NetEvent::PeerUp { peer } if *peer == key).then_some(())
        })
        .await;
    }

    pub async fn is_down(&mut self, key: TransportKey) {
        self.until("a peer down", |event| {
            matches!(event, NetEvent::PeerDown { peer } if *peer == key).then_some(())
        })
        .await;
    }

    /// Opens a stream to a peer that is up.
    pub async fn open(&mut self, other: TransportKey) -> StreamId {
        let asked = self.handle.open_stream(other).expect("room for a command");
        self.until("a stream", |event| match event {
            NetEvent::StreamUp {
                stream,
                outbound: true,
                ..
            } if *stream == asked => Some(asked),
            NetEvent::StreamDown { stream, reason, .. } if *stream == asked => {
                panic!("not opened: {reason}")
            }
            _ => None,
        })
        .await
    }

    /// The next stream the peer opened.
    pub async fn opened(&mut self) -> StreamId {
        self.until("an inbound stream", |event| match event {
            NetEvent::StreamUp {
                stream,
                outbound: false,
                ..
            } => Some(*stream),
            _ => None,
        })
        .await
    }

    /// The next frame.
    pub async fn frame(&mut self) -> (u8, Vec<u8>) {
        self.until("a frame", |event| match event {
            NetEvent::Frame { kind, body, .. } => Some((*kind, body.clone())),
            _ => None,
        })
        .await
    }
}

fn brief(event: &NetEvent) -> String {
    match event {
        NetEvent::Frame { kind, body, .. } => format!("Frame({kind}, {} bytes)", body.len()),
        NetEvent::Gossip { bytes, .. } => format!("Gossip({} bytes)", bytes.len()),
        other => format!("{other:?}"),
    }
}
