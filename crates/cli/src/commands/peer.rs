//! `skein peer …`

use skein_app::control::{Answer, Request};
use skein_app::view::{Diagnosis, Ended, PeerRow, Tried};
use skein_app::{Code, Fault, Network};

use super::{Here, unexpected};
use crate::args::Peer;
use crate::output::Stop;

pub(super) async fn carry_out(here: &Here, command: Peer) -> Result<(), Stop> {
    match command {
        Peer::List => match here.ask(Request::PeerList).await? {
            Answer::Peers(peers) => here.out.value(&peers, || {
                peers.iter().map(|peer| peer_line(peer) + "\n").collect()
            }),
            _ => Err(unexpected().into()),
        },
        Peer::Add { address } => add(here, address).await,
        Peer::Doctor => doctor(here).await,
    }
}

fn peer_line(peer: &PeerRow) -> String {
    let device = peer
        .device
        .map_or_else(|| "?".into(), |device| device.to_string());
    let person = peer.person.as_deref().unwrap_or("nobody yet");
    let online = if peer.online { ", online" } else { "" };
    format!("{device}  {person}{online}  {}", peer.addresses.join(" "))
}

/// The address is kept whether anybody answers there now or not; the exit code says which.
async fn add(here: &Here, address: String) -> Result<(), Stop> {
    let request = Request::PeerAdd {
        address: address.clone(),
    };
    let network = Some(Network::for_one_command());
    let answer = here.ask_with(request, network).await?;
    let Answer::PeerAdded(added) = answer else {
        return Err(unexpected().into());
    };
    here.out.value(&added, || match added.device {
        Some(device) if added.reached => format!("reached {device}"),
        _ => String::new(),
    })?;
    if added.reached {
        return Ok(());
    }
    Err(Fault::new(
        Code::Unreachable,
        format!("no member of your spaces answered at {address}. it is kept and tried again whenever skein runs"),
    )
    .into())
}

/// Having looked is what was asked for, whatever came of it: the exit code is 0.
async fn doctor(here: &Here) -> Result<(), Stop> {
    let network = Some(Network::for_one_command());
    let answer = here.ask_with(Request::PeerDoctor, network).await?;
    let Answer::Diagnosis(diagnosis) = answer else {
        return Err(unexpected().into());
    };
    here.out.value(&diagnosis, || page(&diagnosis))
}

fn page(diagnosis: &Diagnosis) -> String {
    let mut page = String::new();
    for finding in &diagnosis.findings {
        page += &format!("{}\n", finding.sentence);
        if let Some(fix) = &finding.fix {
            page += &format!("  → {fix}\n");
        }
    }
    if !diagnosis.tried.is_empty() {
        page += "\nTried now:\n";
        page.extend(diagnosis.tried.iter().map(tried_line));
    }
    page
}

fn tried_line(tried: &Tried) -> String {
    let whose = match (&tried.device_name, tried.announced) {
        (Some(name), _) => name.as_str(),
        (None, true) => "announced",
        (None, false) => "typed",
    };
    let ended = match tried.ended {
        Ended::Reached => "a member answered",
        Ended::Refused => "refused",
        Ended::NoAnswer => "no answer",
        Ended::NoWay => "no way there",
        Ended::Stranger => "a Skein of nobody here",
        Ended::Unknown => "something that does not know this device",
        Ended::Myself => "this device itself",
    };
    format!("  {}  {whose}: {ended}\n", tried.address)
}
