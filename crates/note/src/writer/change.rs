//! Carrying a plan out on the yrs document, in an order that never depends on a hash map.

use std::collections::BTreeMap;

use serde_json::Value;
use yrs::types::{Attrs, Delta};
use yrs::{Any, GetString, In, Text, TextRef, TransactionMut};

use super::plan::Plan;
use super::tokens::Token;
use crate::document::Replica;
use crate::projection::BLOCK_END;
use crate::runs::{Insert, Marks, Run, runs};
use crate::value::to_any;

/// Deletes and inserts as planned.
pub(super) fn carry_out(replica: &Replica, txn: &mut TransactionMut<'_>, plan: &Plan) {
    for (at, len) in plan.deletions.iter().rev() {
        replica.body.remove_range(txn, *at, *len);
    }
    for (at, tokens) in &plan.insertions {
        insert(&replica.body, txn, *at, tokens);
    }
}

/// Inserts tokens with exactly their marks.
///
/// What is inserted plainly takes on the marks of the unit before it. So the tokens up to the first
/// block token go in plainly and are corrected, one name at a time; behind a block token nothing is
/// in force, and the rest goes in with one walk.
pub(super) fn insert(body: &TextRef, txn: &mut TransactionMut<'_>, at: u32, tokens: &[Token]) {
    let head = tokens
        .iter()
        .position(Token::is_structure)
        .map_or(tokens.len(), |first| first + 1);
    let (head, rest) = tokens.split_at(head);
    let taken = marks_before(&runs(txn, body), at);
    let mut position = at;
    for token in head {
        match token {
            Token::Embed { record, .. } => {
                body.insert_embed(txn, position, to_any(record));
            }
            Token::Text { text, .. } => body.insert(txn, position, text),
            Token::End => body.insert(txn, position, &BLOCK_END.to_string()),
        }
        position += token.len();
    }
    mark(body, txn, at, head, &taken);
    if !rest.is_empty() {
        let pieces = rest.iter().map(|token| {
            let value = match token {
                Token::Embed { record, .. } => to_any(record),
                Token::Text { text, .. } => Any::from(text.as_str()),
                Token::End => Any::from(BLOCK_END.to_string()),
            };
            Delta::Inserted(In::Any(value), None)
        });
        let delta: Vec<Delta<In>> = std::iter::once(retain(position, None))
            .chain(pieces)
            .collect();
        body.apply_delta(txn, delta);
        mark(body, txn, position, rest, &Marks::new());
    }
}

fn retain(len: u32, attributes: Option<(&str, &Value)>) -> Delta<In> {
    let attributes =
        attributes.map(|(name, value)| Box::new(Attrs::from([(name.into(), to_any(value))])));
    Delta::Retain(len, attributes)
}

/// Gives every token its own marks where all of them have `taken` now: one walk for each name.
fn mark(body: &TextRef, txn: &mut TransactionMut<'_>, at: u32, tokens: &[Token], taken: &Marks) {
    let none = Marks::new();
    let mut changes: BTreeMap<&str, Vec<(u32, u32, &Value)>> = BTreeMap::new();
    let mut position = at;
    for token in tokens {
        let wanted = token.marks().unwrap_or(&none);
        let names = taken
            .keys()
            .chain(wanted.keys().filter(|name| !taken.contains_key(*name)));
        for name in names {
            let value = wanted.get(name).unwrap_or(&Value::Null);
            if taken.get(name).unwrap_or(&Value::Null) == value {
                continue;
            }
            let of_name = changes.entry(name).or_default();
            match of_name.last_mut() {
                Some((begin, len, last)) if *begin + *len == position && *last == value => {
                    *len += token.len();
                }
                _ => of_name.push((position, token.len(), value)),
            }
        }
        position += token.len();
    }
    for (name, ranges) in changes {
        let mut delta: Vec<Delta<In>> = Vec::new();
        let mut reached = 0;
        for (begin, len, value) in ranges {
            if begin > reached {
                delta.push(retain(begin - reached, None));
            }
            delta.push(retain(len, Some((name, value))));
            reached = begin + len;
        }
        body.apply_delta(txn, delta);
    }
}

/// The marks of the unit before `at`, which a plain insertion there takes on.
fn marks_before(runs: &[Run], at: u32) -> Marks {
    let mut end = 0;
    for run in runs {
        end += match &run.insert {
            Insert::Text(text) => text.encode_utf16().count() as u32,
            Insert::Embed(_) => 1,
        };
        if end >= at && at > 0 {
            return run.marks.clone();
        }
    }
    Marks::new()
}

/// Replaces what differs between the title and `wanted`, between whole characters.
pub(super) fn retitle(replica: &Replica, txn: &mut TransactionMut<'_>, wanted: &str) {
    let title = &replica.title;
    let now = title.get_string(txn);
    let units = |text: &str| text.encode_utf16().count() as u32;
    if units(&now) != title.len(txn) {
        // Something no version writes stands in the title and takes positions.
        title.remove_range(txn, 0, title.len(txn));
        title.insert(txn, 0, wanted);
        return;
    }
    let same = |(one, other): &(char, char)| one == other;
    let prefix: usize = now
        .chars()
        .zip(wanted.chars())
        .take_while(same)
        .map(|(one, _)| one.len_utf8())
        .sum();
    let (old, new) = (&now[prefix..], &wanted[prefix..]);
    let suffix: usize = old
        .chars()
        .rev()
        .zip(new.chars().rev())
        .take_while(same)
        .map(|(one, _)| one.len_utf8())
        .sum();
    let (old, new) = (&old[..old.len() - suffix], &new[..new.len() - suffix]);
    let at = units(&now[..prefix]);
    if !old.is_empty() {
        title.remove_range(txn, at, units(old));
    }
    title.insert(txn, at, new);
}
