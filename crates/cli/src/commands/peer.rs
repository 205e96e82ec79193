//! `skein peer …`

use skein_app::control::{Answer, Request};
use skein_app::view::PeerRow;
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
