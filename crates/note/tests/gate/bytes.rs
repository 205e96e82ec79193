//! Hand-made updates, byte by byte.

/// The session under test and the clock it stands at.
pub const OWN: u64 = 9;
pub const START: u64 = 100;

/// lib0's unsigned number, shortest.
pub fn number(mut rest: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out
}

pub fn string(text: &str) -> Vec<u8> {
    [number(text.len() as u64), text.as_bytes().to_vec()].concat()
}

pub fn ids(ids: &[(u64, u64)]) -> Vec<u8> {
    ids.iter()
        .flat_map(|(client, clock)| [number(*client), number(*clock)].concat())
        .collect()
}

/// A struct of this kind at the beginning of a root.
pub fn in_root(kind: u8, root: &str, content: &[u8]) -> Vec<u8> {
    [vec![kind, 1], string(root), content.to_vec()].concat()
}

/// A map's first entry.
pub fn entry(kind: u8, root: &str, key: &str, content: &[u8]) -> Vec<u8> {
    [
        vec![kind | 0x20, 1],
        string(root),
        string(key),
        content.to_vec(),
    ]
    .concat()
}

pub fn text(text: &str) -> Vec<u8> {
    in_root(4, "body", &string(text))
}

pub fn embed(json: &str) -> Vec<u8> {
    in_root(5, "body", &string(json))
}

pub fn format(name: &str, json: &str) -> Vec<u8> {
    in_root(6, "body", &[string(name), string(json)].concat())
}

pub fn value(any: &[u8]) -> Vec<u8> {
    entry(8, "meta", "key", &[vec![1], any.to_vec()].concat())
}

/// Structs of the session under test; nothing deleted.
pub fn update(structs: &[Vec<u8>]) -> Vec<u8> {
    update_at(OWN, START, structs, &[0])
}

pub fn update_at(client: u64, start: u64, structs: &[Vec<u8>], deletes: &[u8]) -> Vec<u8> {
    let count = number(structs.len() as u64);
    let head = [vec![1], count, number(client), number(start)].concat();
    [head, structs.concat(), deletes.to_vec()].concat()
}

/// Only deletions: (client, ranges of clock and length).
pub fn deleting(deletes: &[(u64, &[(u64, u64)])]) -> Vec<u8> {
    let mut out = [vec![0], number(deletes.len() as u64)].concat();
    for (client, ranges) in deletes {
        out.extend([number(*client), number(ranges.len() as u64), ids(ranges)].concat());
    }
    out
}

pub fn nested_json(depth: usize) -> String {
    format!(
        "{{\"a\":{}0{}}}",
        "[".repeat(depth - 1),
        "]".repeat(depth - 1)
    )
}

/// A map in `objects`, then map in map.
pub fn nested_maps(depth: u64) -> Vec<u8> {
    let mut structs = vec![entry(7, "objects", "table-000001", &[1])];
    for level in 1..depth {
        let parent = [
            vec![0x27, 0],
            ids(&[(OWN, START + level - 1)]),
            string("k"),
            vec![1],
        ];
        structs.push(parent.concat());
    }
    update(&structs)
}

pub fn float(tag: u8, bytes: &[u8]) -> Vec<u8> {
    value(&[vec![tag], bytes.to_vec()].concat())
}
