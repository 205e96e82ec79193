//! What an inviter hands over, from somebody who holds the ticket and means no good.

use skein_space::Admission;

use super::Target;
use super::pairing;
use crate::bounded::{accepted, bounded};
use crate::cast::{root, space, statement};

/// Bytes of memory per byte read: a reference is 40 bytes on the wire and in memory, an entry without
/// payload and dependencies 190 bytes of fields on the wire and below 512 in memory.
const FACTOR: u64 = 8;

pub const ADMISSION: Target = Target {
    name: "admission",
    run: admission,
    seeds,
    words: &[],
};

fn admission(input: &[u8]) {
    let Ok(admission) = bounded(input.len(), FACTOR, || Admission::decode(input)) else {
        return;
    };
    accepted();
    assert_eq!(
        admission.encode().as_deref(),
        Ok(input),
        "written as it was read"
    );
    let longer = [input, &[0]].concat();
    assert!(
        Admission::decode(&longer).is_err(),
        "a byte more is refused"
    );
    let (inviter, me) = (root(1).device_key(), root(2).device_key());
    if let Ok(roster) = admission.check(&space(), &inviter, &me, &statement(2)) {
        let right = pairing::admission();
        assert_eq!(
            admission.entries, right.entries,
            "only the entries that were signed pass"
        );
        assert_eq!(roster.len(), right.entries.len());
        assert_eq!(admission.transport, right.transport);
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut one = pairing::admission();
    let both = one.encode().expect("it fits");
    one.entries.pop();
    one.addresses.clear();
    let golden = include_bytes!("../../../data/golden/ticket/admission.bin").to_vec();
    vec![both, one.encode().expect("it fits"), golden]
}
