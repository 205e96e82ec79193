//! Islands: tables and what else lives beside the body's text.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use yrs::{Map as _, MapRef, ReadTxn};

use crate::canonical::inline_json;
use crate::projection::inline_only;
use crate::runs::runs;
use crate::value::from_out;

/// Name under which a table's cells stand beside its own entries.
const CELLS: &str = "cells";

/// `objects` as JSON by ref. A table's entry holds its map, and under `cells` the content of every
/// cell that has any, by `<row>/<col>`: an empty cell and one that was never touched look the same.
pub(crate) fn objects<T: ReadTxn>(txn: &T, map: &MapRef) -> BTreeMap<String, Value> {
    let mut objects = BTreeMap::new();
    for (key, out) in map.iter(txn) {
        let value = match from_out(txn, &out, 0) {
            object @ Value::Object(_) => object,
            other => Value::Object(Map::from_iter([("value".to_owned(), other)])),
        };
        objects.insert(key.to_owned(), value);
    }
    for (table, cell, content) in cells(txn) {
        let object = objects
            .entry(table)
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(entries) = object else {
            continue;
        };
        let cells = entries
            .entry(CELLS)
            .or_insert_with(|| Value::Object(Map::new()));
        if !cells.is_object() {
            *cells = Value::Object(Map::new());
        }
        if let Value::Object(cells) = cells {
            cells.insert(cell, content);
        }
    }
    objects
}

/// Every cell with content: table, `<row>/<col>`, inline content.
fn cells<T: ReadTxn>(txn: &T) -> Vec<(String, String, Value)> {
    let mut names: Vec<String> = txn.root_refs().map(|(name, _)| name.to_owned()).collect();
    names.sort();
    let mut cells = Vec::new();
    for name in names {
        let Some((table, cell)) = name
            .strip_prefix("c/")
            .and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        let Some(text) = txn.get_text(name.as_str()) else {
            continue;
        };
        let content = inline_only(runs(txn, &text));
        if !content.is_empty() {
            cells.push((table.to_owned(), cell.to_owned(), inline_json(&content)));
        }
    }
    cells
}
