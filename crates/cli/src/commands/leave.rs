//! `skein space leave`

use serde_json::json;
use skein_app::control::{Answer, Request};
use skein_app::view::{Agreed, Leaving};
use skein_app::{Code, Fault};

use super::{Here, unexpected};
use crate::output::Stop;

/// Says what it means before it is done, and does it only where nothing is lost sight of, or the person is sure.
pub(super) async fn leave(here: &Here, space: Option<String>, yes: bool) -> Result<(), Stop> {
    let Answer::Leaving(now) = here.ask(Request::SpaceLeaving { space }).await? else {
        return Err(unexpected().into());
    };
    let said = warnings(&now);
    if !yes && !said.is_empty() {
        let why = said.join(". ");
        let wait = match now.others {
            0 => "",
            _ => "wait until the others have it while skein runs here, or ",
        };
        let message = format!("{why}. nothing was changed. {wait}leave all the same with --yes");
        return Err(Fault::new(Code::NotAllowed, message).into());
    }
    let agreed = if yes { Agreed::ALL } else { Agreed::default() };
    let request = Request::SpaceLeave {
        space: now.space,
        agreed,
    };
    let Answer::Left(left) = here.ask(request).await? else {
        return Err(unexpected().into());
    };
    if !here.out.json {
        warnings(&left).iter().for_each(|said| here.out.say(said));
    }
    let value = json!({
        "space": left.space,
        "only_here": left.only_here,
        "own_only_here": left.own_only_here,
        "last_owner": left.last_owner,
    });
    here.out.value(&value, || {
        format!(
            "left {}. its notes stay on this device to be read; nothing of it is sent or taken any more",
            left.name
        )
    })
}

/// What a person must have heard before.
fn warnings(now: &Leaving) -> Vec<String> {
    let mut all = Vec::new();
    if now.only_here > 0 {
        let edits = match now.only_here {
            1 => "1 edit".to_owned(),
            many => format!("{many} edits"),
        };
        all.push(format!(
            "nobody else is known to have {edits} of {} that this device holds ({} written here)",
            now.name, now.own_only_here
        ));
    }
    if now.last_owner && now.others == 0 {
        all.push(format!(
            "nobody else is in {}, so nobody can let this device in again, and its notes can never be written again",
            now.name
        ));
    } else if now.last_owner {
        all.push(format!(
            "no other device is an owner of {}, so nobody will be able to let anybody in, this device neither",
            now.name
        ));
    }
    if now.last_owner && now.recoverable {
        all.push("only its recovery key can make a device an owner again".to_owned());
    }
    all
}
