//! Presence made of foreign fields and signed.

use skein_space::{DeviceKey, Nonce, NoteId, SpaceId};
use skein_sync::config::POSITION_MAX_BYTES;
use skein_sync::frame::Frame;
use skein_sync::presence::{Activity, Presence};

use super::Target;
use crate::bounded::{accepted, bounded};
use crate::cast::{Values, flip, signer, space};

pub const PRESENCE: Target = Target {
    name: "presence",
    run: presence,
    seeds,
    words: &[],
};

fn presence(input: &[u8]) {
    let mut values = Values(input);
    let which = values.number();
    let unsigned = Presence {
        device: signer().device_key(),
        note: NoteId([values.byte(); 16]),
        nonce: Nonce(values.array()),
        replaces: Nonce([values.byte(); 16]),
        sequence: values.number(),
        state: [
            Activity::Editing,
            Activity::Viewing,
            Activity::Idle,
            Activity::Offline,
        ][usize::from(values.byte() % 4)],
        caret: values.piece().to_vec(),
        head: values.piece().to_vec(),
        sig: [0; 64],
    };
    let signed = unsigned.signed(signer(), space());
    let fits = signed.caret.len().max(signed.head.len()) <= POSITION_MAX_BYTES;
    let (kind, mut body) = Frame::Presence(signed.clone()).encode();
    match bounded(body.len(), 4, || Frame::decode(kind, &body)) {
        Ok(Frame::Presence(read)) => {
            assert!(fits, "a longer position than may be");
            accepted();
            assert_eq!(read, signed);
            assert_eq!(read.verify(space()), Ok(()));
            assert!(
                read.verify(SpaceId([0; 16])).is_err(),
                "it is for one space"
            );
            let stranger = Presence {
                device: DeviceKey([1; 32]),
                ..read
            };
            assert!(stranger.verify(space()).is_err(), "it is of one device");
        }
        other => assert!(!fits, "our own presence came back as {other:?}"),
    }
    flip(&mut body, which);
    if let Ok(Frame::Presence(changed)) = Frame::decode(kind, &body) {
        assert!(
            changed.verify(space()).is_err(),
            "a changed bit passed the signature"
        );
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let head = |state: u8| {
        let mut head = vec![state, 1, 0, 0, 0, 0, 0, 0, 4];
        head.extend([6; 16]);
        head.extend([0, 9, 0, 0, 0, 0, 0, 0, 0, state]);
        head
    };
    vec![
        [head(0), vec![0, 0]].concat(),
        [head(1), vec![3, 1, 2, 3, 2, 4, 5]].concat(),
        [head(2), vec![64], vec![7; 64], vec![64], vec![8; 64]].concat(),
        [head(3), vec![65], vec![7; 65], vec![0]].concat(),
    ]
}
