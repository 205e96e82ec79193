//! What the page is told about a connection that does not come.

use serde::Serialize;
use skein_app::view;
use specta::Type;

/// How a dial ended.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// A member of ours answered.
    Reached,
    /// The connection was refused.
    Refused,
    /// No answer in time.
    NoAnswer,
    /// No way there.
    NoWay,
    /// A Skein that is none of ours.
    Stranger,
    /// Something that does not say who it is.
    Unknown,
    /// This device.
    Myself,
}

impl From<view::Ended> for Ended {
    fn from(ended: view::Ended) -> Self {
        match ended {
            view::Ended::Reached => Self::Reached,
            view::Ended::Refused => Self::Refused,
            view::Ended::NoAnswer => Self::NoAnswer,
            view::Ended::NoWay => Self::NoWay,
            view::Ended::Stranger => Self::Stranger,
            view::Ended::Unknown => Self::Unknown,
            view::Ended::Myself => Self::Myself,
        }
    }
}

/// One finding, with its sentence and what to do.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What is so.
    sentence: String,
    /// What to do about it.
    fix: Option<String>,
    /// Whether it is known, and not only likely.
    certain: bool,
    /// Whether it is something that works.
    works: bool,
}

/// An address that was tried.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    address: String,
    device_name: Option<String>,
    announced: bool,
    ended: Ended,
}

/// All of it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    connected: u32,
    findings: Vec<Finding>,
    tried: Vec<Tried>,
}

impl From<view::Diagnosis> for Diagnosis {
    fn from(diagnosis: view::Diagnosis) -> Self {
        let finding = |one: view::Finding| Finding {
            works: one.code == view::Cause::Connected,
            sentence: one.sentence,
            fix: one.fix,
            certain: one.certain,
        };
        let tried = |one: view::Tried| Tried {
            address: one.address,
            device_name: one.device_name,
            announced: one.announced,
            ended: one.ended.into(),
        };
        Self {
            connected: u32::try_from(diagnosis.connected).unwrap_or(u32::MAX),
            findings: diagnosis.findings.into_iter().map(finding).collect(),
            tried: diagnosis.tried.into_iter().map(tried).collect(),
        }
    }
}
