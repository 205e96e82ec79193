//! Stored values as JSON values.

use serde_json::{Map, Number, Value};
use yrs::{Any, Array, Map as _, Out, ReadTxn};

use crate::config::{JSON_INTEGER_LIMIT, MAX_SHOWN_NESTING};

/// A stored value as JSON. What JSON cannot say reads as null; the gate lets none of it in.
pub(crate) fn from_any(any: &Any) -> Value {
    match any {
        Any::Null | Any::Undefined | Any::Buffer(_) => Value::Null,
        Any::Bool(flag) => Value::Bool(*flag),
        Any::Number(yrs::Number::Int(int)) => Value::Number(Number::from(*int)),
        Any::Number(yrs::Number::Float(float)) => from_float(*float),
        Any::String(text) => Value::String(text.to_string()),
        Any::Array(items) => Value::Array(items.iter().map(from_any).collect()),
        Any::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.clone(), from_any(value)));
            Value::Object(entries.collect())
        }
    }
}

/// Whole numbers become integers, so that `1` and `1.0` are one value however they were stored.
fn from_float(float: f64) -> Value {
    if float.fract() == 0.0 && float.abs() < JSON_INTEGER_LIMIT as f64 {
        return Value::Number(Number::from(float as i64));
    }
    Number::from_f64(float).map_or(Value::Null, Value::Number)
}

/// A JSON value as a stored value, for what Rust writes.
pub(crate) fn to_any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Null,
        Value::Bool(flag) => Any::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(int) => Any::from(int),
            None => Any::from(number.as_f64().unwrap_or(0.0)),
        },
        Value::String(text) => Any::from(text.as_str()),
        Value::Array(items) => Any::from(items.iter().map(to_any).collect::<Vec<_>>()),
        // yrs keeps maps in a HashMap; its own reader builds one for us.
        Value::Object(_) => Any::from_json(&value.to_string()).unwrap_or(Any::Null),
    }
}

/// A map's or array's entry as JSON, nested types included down to [`MAX_SHOWN_NESTING`].
pub(crate) fn from_out<T: ReadTxn>(txn: &T, out: &Out, depth: usize) -> Value {
    if depth > MAX_SHOWN_NESTING {
        return Value::Null;
    }
    match out {
        Out::Any(any) => from_any(any),
        Out::YMap(map) => {
            let entries = map.iter(txn);
            let entries =
                entries.map(|(key, value)| (key.to_string(), from_out(txn, &value, depth + 1)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Out::YArray(array) => Value::Array(
            array
                .iter(txn)
                .map(|item| from_out(txn, &item, depth + 1))
                .collect(),
        ),
        _ => Value::Null,
    }
}
