//! The offline switch.

use skein_net::{NetCommand, NetEvent};
use tokio::net::TcpStream;

use crate::support::{Node, config, key, pair};

async fn went_offline(node: &mut Node) {
    node.until("offline", |event| {
        matches!(event, NetEvent::WentOffline).then_some(())
    })
    .await;
}

/// Sockets of this machine in which the port takes part on either side, as the kernel lists them;
/// those that only linger for the kernel's own sake (TIME_WAIT, 06) are nobody's.
fn sockets_at(port: u16) -> Vec<String> {
    let wanted = format!(":{port:04X}");
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| std::fs::read_to_string(table).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let ours = lines.filter(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let local = columns.next().unwrap_or_default().ends_with(&wanted);
        let state = columns.nth(1).unwrap_or_default();
        let inode_is_set = line
            .split_whitespace()
            .nth(9)
            .is_some_and(|inode| inode != "0");
        local && state != "06" && inode_is_set
    });
    ours.map(str::to_owned).collect()
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn offline_no_socket_is_open_and_online_everything_comes_back() {
    let (mut one, mut two) = pair().await;
    let stream = one.open(two.key).await;
    assert!(
        !sockets_at(one.address.port()).is_empty(),
        "the test sees sockets"
    );
    one.command(NetCommand::Offline(true)).await;
    let mut ended = Vec::new();
    one.until("offline", |event| {
        match event {
            NetEvent::StreamDown { stream: of, .. } => ended.push(*of == stream),
            NetEvent::PeerDown { .. } => ended.push(true),
            _ => {}
        }
        matches!(event, NetEvent::WentOffline).then_some(())
    })
    .await;
    assert_eq!(ended, [true, true]);
    assert_eq!(sockets_at(one.address.port()), Vec::<String>::new());
    assert!(TcpStream::connect(one.address).await.is_err());
    two.is_down(one.key).await;

    one.command(NetCommand::Offline(false)).await;
    let port = one
        .until("listening", |event| match event {
            NetEvent::Listening { port, .. } => Some(*port),
            _ => None,
        })
        .await;
    one.address.set_port(port);
    two.knows(&one).await;
    two.is_up(one.key).await;
    one.is_up(two.key).await;
}

#[tokio::test]
async fn a_net_that_starts_offline_opens_nothing_until_it_is_told() {
    let mut settings = config(1);
    settings.offline = true;
    let (handle, events) = skein_net::Net::start(settings)
        .await
        .expect("nothing to open");
    let mut one = Node {
        handle,
        events,
        key: key(1),
        address: "127.0.0.1:0".parse().expect("an address"),
    };
    went_offline(&mut one).await;
    one.command(NetCommand::Offline(false)).await;
    one.until("listening", |event| {
        matches!(event, NetEvent::Listening { .. }).then_some(())
    })
    .await;
    one.command(NetCommand::Offline(true)).await;
    went_offline(&mut one).await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn the_net_ends_when_its_events_are_no_longer_taken_from_it() {
    let one = crate::support::node(1).await;
    let port = one.address.port();
    assert!(!sockets_at(port).is_empty());
    drop(one.events);
    let closed = async {
        while !sockets_at(port).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::support::DEADLINE, closed)
        .await
        .expect("the port closes");
}
