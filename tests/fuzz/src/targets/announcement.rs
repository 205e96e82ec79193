//! The TXT record of an announcement, in the layout of DNS: `length ‖ key=value`, again and again.

use skein_net::foreign;

use super::Target;
use crate::bounded::{accepted, bounded};

pub const ANNOUNCEMENT: Target = Target {
    name: "announcement",
    run,
    seeds,
    words: &[b"v=1", b"n=", b"t=", b"p=", b"p=65535", b"p=+1"],
};

fn run(input: &[u8]) {
    let record = record(input);
    let get = |key: &str| {
        record
            .iter()
            .find(|(found, _)| *found == key.as_bytes())
            .map(|(_, value)| *value)
    };
    let Some(said) = bounded(input.len(), 8, || foreign::announcement(get)) else {
        return;
    };
    accepted();
    let value = |key: &str| {
        said.iter()
            .find(|(found, _)| *found == key)
            .map(|(_, value)| value.as_slice())
    };
    for key in ["v", "n", "t"] {
        assert_eq!(value(key), get(key), "{key} is kept as it came");
    }
    assert_eq!(value("n").map(<[u8]>::len), Some(16));
    assert!(value("t").is_some_and(|tags| tags.len() % 8 == 0 && tags.len() <= 24 * 8));
    assert_eq!(value("p").is_some(), get("p").is_some());
    assert_eq!(
        foreign::announcement(value),
        Some(said.clone()),
        "what is said is read"
    );
}

/// Keys and values of a TXT record; a string without `=` is none.
fn record(mut rest: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut record = Vec::new();
    while let Some((&len, more)) = rest.split_first() {
        let (string, more) = more.split_at(usize::from(len).min(more.len()));
        rest = more;
        if let Some(at) = string.iter().position(|byte| *byte == b'=') {
            record.push((&string[..at], &string[at + 1..]));
        }
    }
    record
}

fn seeds() -> Vec<Vec<u8>> {
    let string = |key: &str, value: &[u8]| {
        let string = [key.as_bytes(), b"=", value].concat();
        [vec![string.len() as u8], string].concat()
    };
    let with = |tags: usize, port: Option<&str>| {
        let nonce: Vec<u8> = (0..16).collect();
        let mut record = [
            string("v", b"1"),
            string("n", &nonce),
            string("t", &vec![7; tags * 8]),
        ]
        .concat();
        record.extend(port.iter().flat_map(|port| string("p", port.as_bytes())));
        record
    };
    vec![
        with(8, None),
        with(8, Some("41234")),
        with(24, Some("1")),
        with(0, None),
    ]
}
