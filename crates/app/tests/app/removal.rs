//! What a removed device can still do whose program does not want to hear of it.

use std::time::Duration;

use skein_app::view::Role;
use skein_app::{App, NoteId, SpaceId};
use skein_net::{Listen, Net, NetCommand, NetConfig, NetEvent, NetHandle, StreamId, TransportSeed};
use skein_space::{
    Chain, DeviceKey, Draft, Entry, EntryHash, Incarnation, Kind, KnockKey, Log, Member, Nonce,
    Root, SessionPayload, SpaceSecret, TransportKey,
};
use skein_sync::frame::{Frame, Hello, kind};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use crate::support::{Device, PATIENCE, joined, text, until};

/// Nothing comes any more: an engine that has something to say says it within a second.
const QUIET: Duration = Duration::from_secs(3);

/// The network of a device whose program does what this test says.
struct Modified {
    root: Root,
    other: TransportKey,
    handle: NetHandle,
    events: Receiver<NetEvent>,
}

impl Modified {
    async fn start(device: &Device, other: &App, space: SpaceId) -> Self {
        let secret = std::fs::read(device.dir().join("root")).expect("a root");
        let root = Root::new(secret.try_into().expect("32 bytes"));
        let config = NetConfig {
            seed: TransportSeed::new(root.transport_seed()),
            listen: Listen::Exactly(Vec::new()),
            offline: false,
            discovery: false,
            gossip: true,
            jitter: 1,
        };
        let (handle, events) = Net::start(config).await.expect("a network");
        let overview = other.overview().await.unwrap();
        let port = overview.listening[0].rsplit('/').next().expect("a port");
        let other = other.members(space).await.unwrap();
        let other = other.iter().find(|member| member.me).expect("itself");
        let other = Self::transport_of(device, space, other.device).await;
        let members = [other].into();
        let current = Self::secrets_of(device, space);
        let former = Vec::new();
        for command in [
            NetCommand::Allow {
                members,
                current,
                former,
            },
            NetCommand::Dial {
                address: ([127, 0, 0, 1], port.parse().expect("a number")).into(),
            },
        ] {
            handle.command(command).await.expect("it runs");
        }
        let mut modified = Self {
            root,
            other,
            handle,
            events,
        };
        modified
            .next(|event| matches!(event, NetEvent::PeerUp { .. }).then_some(()))
            .await;
        modified
    }

    /// As its own database knows it.
    async fn transport_of(device: &Device, space: SpaceId, other: DeviceKey) -> TransportKey {
        let store = skein_store::Store::open(device.dir().join("skein.redb"));
        let roster = store.expect("its database").reader().load().unwrap().roster;
        let of_space = roster
            .into_iter()
            .filter(|entry| entry.header().chain.space == space);
        let mut of_other = of_space
            .filter_map(|entry| Member::decode(entry.payload()).ok())
            .filter(|member| member.subject() == other);
        let statement = of_other.find_map(|member| member.statement().cloned());
        statement.expect("a member").transport
    }

    /// What it knows, from its own database.
    fn secrets_of(device: &Device, space: SpaceId) -> Vec<KnockKey> {
        let store = skein_store::Store::open(device.dir().join("skein.redb"));
        let rows = store
            .expect("its database")
            .reader()
            .secrets(space)
            .unwrap();
        let secrets = rows.iter().flat_map(|row| &row.secrets);
        secrets
            .map(|secret| SpaceSecret::new(*secret).knock_key())
            .collect()
    }

    async fn next<T>(&mut self, mut pick: impl FnMut(NetEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the net runs");
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("in time")
    }

    /// Opens a stream, says Hello for a space and more, there and on every stream that the other side opens. Returns all
    /// frames that come, of these two kinds of streams, until nothing happens any more.
    async fn says(&mut self, space: SpaceId, more: Vec<Frame>) -> (Vec<Frame>, Vec<Frame>) {
        let stream: StreamId = self.handle.open_stream(self.other).expect("connected");
        let hello = Frame::Hello(Hello {
            space,
            device: self.root.device_key(),
            incarnation: Incarnation([7; 16]),
            protocol: 1,
            formats: vec![1],
            note_schema: (1, 1),
            run: [7; 16],
            version: "modified".into(),
        });
        let say = |on: StreamId| {
            for frame in [&hello].into_iter().chain(&more) {
                let (kind, body) = frame.encode();
                // The other side may have hung up already.
                let _ = self.handle.send(on, kind, body);
            }
        };
        let mut heard = (Vec::new(), Vec::new());
        while let Ok(event) = timeout(QUIET, self.events.recv()).await {
            match event.expect("the net runs") {
                NetEvent::StreamUp { stream, .. } => say(stream),
                NetEvent::Frame {
                    stream: on,
                    kind,
                    body,
                } => {
                    let frame = Frame::decode(kind, &body).expect("a frame");
                    let place = if on == stream {
                        &mut heard.0
                    } else {
                        &mut heard.1
                    };
                    place.push(frame);
                }
                NetEvent::Gossip { .. } => panic!("it hears gossip"),
                _ => {}
            }
        }
        heard
    }
}

/// What somebody says who wants everything and has something to say.
fn greedy(root: &Root, space: SpaceId, note: NoteId, entries: &[Entry]) -> Vec<Frame> {
    let admitted = entries.iter().find(|entry| {
        let member = Member::decode(entry.payload());
        matches!(member, Ok(Member::SetRole { subject, .. }) if subject == root.device_key())
    });
    let draft = Draft {
        chain: Chain {
            space,
            device: root.device_key(),
            incarnation: Incarnation([7; 16]),
            log: Log::Notes,
        },
        seq: 1,
        prev: EntryHash::ZERO,
        kind: Kind::Session,
        note,
        session: 0,
        deps: admitted.iter().map(|entry| entry.reference()).collect(),
        wall_ms: 0,
    };
    let nonce = Nonce([7; 16]);
    let payload = SessionPayload { nonce }.encode();
    let late = Entry::seal(&root.signer(), draft, payload).expect("an entry");
    let chains = entries.iter().map(|entry| entry.chain_id());
    let wants = chains.map(|chain| Frame::Want {
        chain,
        from: 1,
        to: 100,
    });
    wants.chain([Frame::Entry(late.into())]).collect()
}

#[tokio::test]
async fn a_removed_device_that_does_not_want_to_hear_it_gets_the_roster_up_to_there_and_no_more() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "ours".into()).await.unwrap();
    until("Ben has it", || async {
        b.find_note(&note.to_string()).await.is_ok() && text(&b, space, note).await == "ours"
    })
    .await;
    // Both are in another space of Ana's as well.
    let other = a.new_space("Choir", false).await.unwrap().space;
    let ticket = a.invite(other, Role::Editor, 10).await.unwrap().ticket;
    b.join(&ticket, PATIENCE).await.unwrap();
    let ben_key = b.device();
    b.close().await;

    a.change_role(space, ben_key, None).await.unwrap();
    a.append(space, note, "secret".into()).await.unwrap();
    let before = a.verify().await.unwrap();
    let mut modified = Modified::start(&ben, &a, space).await;

    let (told, _) = modified.says(space, Vec::new()).await;
    let [Frame::Removed(entries)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(entries.len(), 3, "founded, let in, removed: {entries:?}");
    assert!(
        entries
            .iter()
            .all(|entry| entry.header().kind == Kind::Member)
    );
    let entries: Vec<Entry> = entries.iter().map(|entry| Entry::clone(entry)).collect();
    let wants = greedy(&modified.root, space, note, &entries);
    let (told, _) = modified.says(space, wants.clone()).await;
    let removed = |frame: &Frame| matches!(frame, Frame::Removed(_));
    assert!(told.iter().all(removed), "{told:?}");

    // By the space it shares with Ana it gets what is of that space alone.
    let (told, more) = modified.says(other, wants).await;
    let told: Vec<Frame> = told.into_iter().chain(more).collect();
    let heads = |frame: &Frame| matches!(frame, Frame::Heads(_));
    assert!(told.iter().any(heads), "it is a member there: {told:?}");
    for frame in told {
        let of_other = match &frame {
            Frame::Hello(hello) => hello.space == other,
            Frame::Heads(heads) => heads.space == other,
            Frame::Entry(entry) => entry.header().chain.space == other,
            Frame::Secrets(_) | Frame::Digest(_) | Frame::Relayed(_) => true,
            _ => false,
        };
        assert!(of_other, "{:?}", kind_of(&frame));
    }
    let after = a.verify().await.unwrap();
    assert_eq!(after.entries, before.entries, "nothing of it is taken");
    a.close().await;
}

fn kind_of(frame: &Frame) -> u8 {
    let (kind, _) = frame.encode();
    assert_ne!(kind, kind::PRESENCE);
    kind
}
