//! Making an empty note say what another one says: tokens, values and tables as they are stored, what this version does
//! not know included.
//!
//! What the other one no longer shows is left out: whoever reads the copy may be somebody else.

use std::collections::BTreeSet;

use serde_json::Value;
use yrs::{
    Any, Array, ArrayPrelim, ArrayRef, Map, MapPrelim, MapRef, Out, ReadTxn, Text, Transact,
    TransactionMut, WriteTxn,
};

use super::change;
use super::tokens::Token;
use crate::document::Replica;
use crate::projection::BLOCK_END;
use crate::runs::{Insert, Run, runs};
use crate::value::from_out;

/// What is to be written, in an order that no hash map decides.
pub(super) struct Copy {
    title: String,
    body: Vec<Token>,
    attrs: Vec<(String, Any)>,
    objects: Vec<(String, Node)>,
    cells: Vec<(String, Vec<Token>)>,
    meta: Vec<(String, Any)>,
}

/// A value under `objects`.
enum Node {
    Value(Any),
    Map(Vec<(String, Node)>),
    Array(Vec<Node>),
}

impl Copy {
    /// Reads a note; `keeps` says which of its own settings go along.
    pub(super) fn of(from: &Replica, keeps: &dyn Fn(&str) -> bool) -> Self {
        let txn = from.doc.transact();
        let body = tokens(runs(&txn, &from.body));
        let ids: BTreeSet<String> = body.iter().filter_map(block_id).collect();
        let attrs = from.attrs.iter(&txn);
        let attrs = attrs.map(|(key, out)| (key.to_owned(), out));
        let attrs =
            attrs.filter(|(key, _)| key.split('/').next().is_some_and(|id| ids.contains(id)));
        let attrs: Vec<(String, Out)> = sorted(attrs);
        // An object is part of the note while something in the body names it, under whatever name.
        let mut named = BTreeSet::new();
        for token in &body {
            if let Token::Embed { record, .. } = token {
                strings(record, &mut named);
            }
        }
        for (_, value) in &attrs {
            strings(&from_out(&txn, value, 0), &mut named);
        }
        let objects = from.objects.iter(&txn);
        let objects = objects.filter(|(key, _)| named.contains(*key));
        let objects = sorted(objects.map(|(key, out)| (key.to_owned(), out)));
        let meta = from.meta.iter(&txn).filter(|(key, _)| keeps(key));
        let meta = sorted(meta.map(|(key, out)| (key.to_owned(), out)));
        Self {
            title: from.title_in(&txn),
            attrs: values(attrs),
            objects: objects
                .into_iter()
                .filter_map(|(key, out)| Some((key, node(&txn, out)?)))
                .collect(),
            cells: cells(&txn, &named),
            meta: values(meta),
            body,
        }
    }

    pub(super) fn write(&self, to: &Replica, txn: &mut TransactionMut<'_>) {
        if !self.title.is_empty() {
            to.title.insert(txn, 0, &self.title);
        }
        change::insert(&to.body, txn, 0, &self.body);
        for (key, value) in &self.attrs {
            to.attrs.insert(txn, key.as_str(), value.clone());
        }
        for (key, node) in &self.objects {
            node.put_in(&to.objects, txn, key);
        }
        for (name, tokens) in &self.cells {
            let cell = txn.get_or_insert_text(name.as_str());
            change::insert(&cell, txn, 0, tokens);
        }
        for (key, value) in &self.meta {
            to.meta.insert(txn, key.as_str(), value.clone());
        }
    }
}

impl Node {
    fn put_in(&self, map: &MapRef, txn: &mut TransactionMut<'_>, key: &str) {
        match self {
            Node::Value(value) => {
                map.insert(txn, key, value.clone());
            }
            Node::Map(entries) => {
                let inner = map.insert(txn, key, MapPrelim::default());
                fill_map(&inner, txn, entries);
            }
            Node::Array(items) => {
                let inner = map.insert(txn, key, ArrayPrelim::default());
                fill_array(&inner, txn, items);
            }
        }
    }
}

fn fill_map(map: &MapRef, txn: &mut TransactionMut<'_>, entries: &[(String, Node)]) {
    for (key, node) in entries {
        node.put_in(map, txn, key);
    }
}

fn fill_array(array: &ArrayRef, txn: &mut TransactionMut<'_>, items: &[Node]) {
    for item in items {
        match item {
            Node::Value(value) => {
                array.push_back(txn, value.clone());
            }
            Node::Map(entries) => {
                let inner = array.push_back(txn, MapPrelim::default());
                fill_map(&inner, txn, entries);
            }
            Node::Array(items) => {
                let inner = array.push_back(txn, ArrayPrelim::default());
                fill_array(&inner, txn, items);
            }
        }
    }
}

/// A text's runs as tokens; a block's end carries no marks.
fn tokens(runs: Vec<Run>) -> Vec<Token> {
    let mut tokens = Vec::new();
    for Run { insert, marks } in runs {
        match insert {
            Insert::Embed(record) => tokens.push(Token::Embed { record, marks }),
            Insert::Text(text) => {
                let mut pieces = text.split(BLOCK_END);
                tokens.extend(
                    pieces
                        .next()
                        .and_then(|text| Token::text(text, marks.clone())),
                );
                for piece in pieces {
                    tokens.push(Token::End);
                    tokens.extend(Token::text(piece, marks.clone()));
                }
            }
        }
    }
    tokens
}

fn block_id(token: &Token) -> Option<String> {
    match token {
        Token::Embed { record, .. } => Some(record.get("b")?.as_str()?.to_owned()),
        Token::Text { .. } | Token::End => None,
    }
}

/// All strings in a value.
fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(entries) => entries.values().for_each(|item| strings(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn sorted(all: impl Iterator<Item = (String, Out)>) -> Vec<(String, Out)> {
    let mut all: Vec<(String, Out)> = all.collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// Plain values; no version writes shared types here.
fn values(all: Vec<(String, Out)>) -> Vec<(String, Any)> {
    let plain = |(key, out)| match out {
        Out::Any(any) => Some((key, any)),
        _ => None,
    };
    all.into_iter().filter_map(plain).collect()
}

fn node<T: ReadTxn>(txn: &T, out: Out) -> Option<Node> {
    match out {
        Out::Any(any) => Some(Node::Value(any)),
        Out::YMap(map) => {
            let entries = sorted(map.iter(txn).map(|(key, out)| (key.to_owned(), out)));
            let entries = entries.into_iter();
            let entries = entries.filter_map(|(key, out)| Some((key, node(txn, out)?)));
            Some(Node::Map(entries.collect()))
        }
        Out::YArray(array) => {
            let items = array.iter(txn).filter_map(|out| node(txn, out));
            Some(Node::Array(items.collect()))
        }
        _ => None,
    }
}

/// The cells of tables that are part of the note.
fn cells<T: ReadTxn>(txn: &T, named: &BTreeSet<String>) -> Vec<(String, Vec<Token>)> {
    let mut names: Vec<String> = txn.root_refs().map(|(name, _)| name.to_owned()).collect();
    names.sort();
    let of_named = |name: &String| {
        let table = name
            .strip_prefix("c/")
            .and_then(|rest| rest.split('/').next());
        table.is_some_and(|table| named.contains(table))
    };
    let kept = names.into_iter().filter(of_named);
    kept.filter_map(|name| {
        let text = txn.get_text(name.as_str())?;
        let tokens = tokens(runs(txn, &text));
        (!tokens.is_empty()).then_some((name, tokens))
    })
    .collect()
}
