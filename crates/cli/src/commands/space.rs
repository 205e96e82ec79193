//! `skein space …`

use serde_json::json;
use skein_app::Network;
use skein_app::control::{Answer, Request};
use skein_app::view::{Joined, MemberRow, Role, SetAside, SpaceRow};

use super::{Here, leave, nearby, recovery, ticket, unexpected};
use crate::args::{RoleName, Space};
use crate::output::Stop;

pub(super) async fn carry_out(here: &Here, command: Space) -> Result<(), Stop> {
    match command {
        Space::List => list(here).await,
        Space::New { name, recovery_key } => recovery::new(here, name, recovery_key).await,
        Space::Recover { file } => recovery::recover(here, &file).await,
        Space::Rename { name, space } => {
            tell_space(here, Request::SpaceRename { space, name }).await
        }
        Space::Invite { own: true, .. } => nearby::invite(here, nearby::Whom::OwnDevice).await,
        Space::Invite {
            space,
            role,
            nearby: true,
            ..
        } => nearby::invite(here, nearby::Whom::Somebody(space, given_role(role))).await,
        Space::Invite {
            space,
            role,
            minutes,
            file,
            qr,
            ..
        } => ticket::invite(here, space, given_role(role), minutes, file, qr).await,
        Space::Join {
            nearby: true,
            from,
            wait,
            ..
        } => nearby::join(here, from, wait).await,
        Space::Join {
            ticket, file, wait, ..
        } => {
            let ticket = match file {
                Some(file) => ticket::read(&file)?,
                None => ticket.join(" "),
            };
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            join(here, ticket, wait_ms).await
        }
        Space::Role {
            device,
            role,
            space,
        } => change_role(here, device, Some(given_role(role)), space).await,
        Space::Remove { device, space } => change_role(here, device, None, space).await,
        Space::Aside { space } => aside(here, space).await,
        Space::TakeIn { device, space } => take_in(here, device, space).await,
        Space::Leave { space, yes } => leave::leave(here, space, yes).await,
        Space::Members { space } => members(here, space).await,
    }
}

async fn tell_space(here: &Here, request: Request) -> Result<(), Stop> {
    match here.ask(request).await? {
        Answer::Space(space) => here
            .out
            .value(&json!({ "space": space }), || space.to_string()),
        _ => Err(unexpected().into()),
    }
}

async fn list(here: &Here) -> Result<(), Stop> {
    match here.ask(Request::SpaceList).await? {
        Answer::Spaces(spaces) => here.out.value(&spaces, || {
            spaces
                .iter()
                .map(|space| space_line(space) + "\n")
                .collect()
        }),
        _ => Err(unexpected().into()),
    }
}

fn space_line(space: &SpaceRow) -> String {
    format!(
        "{}  {}  ({}; members: {}, notes: {})",
        space.id,
        space.name,
        if space.left {
            "left"
        } else if space.standing.ownerless {
            "nobody owns it"
        } else {
            role_words(space.role)
        },
        space.members,
        space.notes
    )
}

pub(super) fn role_words(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Owner) => "owner",
        Some(Role::Editor) => "editor",
        Some(Role::Viewer) => "viewer",
        None => "out",
    }
}

fn given_role(role: RoleName) -> Role {
    match role {
        RoleName::Owner => Role::Owner,
        RoleName::Editor => Role::Editor,
        RoleName::Viewer => Role::Viewer,
    }
}

async fn join(here: &Here, ticket: String, wait_ms: u64) -> Result<(), Stop> {
    let request = Request::SpaceJoin { ticket, wait_ms };
    let network = Some(Network::for_one_command());
    let answer = here.ask_with(request, network).await?;
    let Answer::Joined(joined) = answer else {
        return Err(unexpected().into());
    };
    tell_joined(here, &joined)
}

pub(super) fn tell_joined(here: &Here, joined: &Joined) -> Result<(), Stop> {
    here.out.value(joined, || {
        format!(
            "joined {} as {}: {} entries are here\n{}",
            joined.name,
            role_words(Some(joined.role)),
            joined.entries,
            joined.space
        )
    })
}

async fn change_role(
    here: &Here,
    member: String,
    role: Option<Role>,
    space: Option<String>,
) -> Result<(), Stop> {
    let request = Request::SpaceRole {
        space,
        member,
        role,
    };
    let Answer::RoleChanged(changed) = here.ask(request).await? else {
        return Err(unexpected().into());
    };
    let value = match changed.role {
        Some(role) => json!({ "device": changed.device, "role": role, "cuts": changed.cuts }),
        None => json!({ "device": changed.device, "cuts": changed.cuts }),
    };
    here.out.value(&value, || match changed.role {
        Some(role) => format!(
            "{} is {} now\n{}",
            changed.device,
            role.with_article(),
            HEARS
        ),
        None => format!(
            "{} is out. what it has copied stays with it; from now on it gets nothing\n{}",
            changed.device, HEARS
        ),
    })
}

/// What a changed role means for the others.
const HEARS: &str =
    "each of the others follows as soon as it hears of it: see `skein space members`";

async fn aside(here: &Here, space: Option<String>) -> Result<(), Stop> {
    let Answer::Aside(all) = here.ask(Request::SpaceAside { space }).await? else {
        return Err(unexpected().into());
    };
    if all.is_empty() && !here.out.json {
        here.out.say("nothing is set aside here");
    }
    here.out
        .value(&all, || all.iter().map(aside_text).collect())
}

fn aside_text(one: &SetAside) -> String {
    let then = if one.can_come_in {
        "an owner can bring it in: `skein space take-in`"
    } else {
        "it comes in when its author is let in as an editor"
    };
    let edits = match one.edits {
        1 => "1 edit".to_owned(),
        many => format!("{many} edits"),
    };
    let words: String = one
        .words
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    format!(
        "{}  {:?}, {edits} by {} ({}); {then}\n{words}",
        one.note, one.title, one.by, one.device
    )
}

async fn take_in(here: &Here, member: String, space: Option<String>) -> Result<(), Stop> {
    let request = Request::SpaceTakeIn { space, member };
    let Answer::TakenIn(taken) = here.ask(request).await? else {
        return Err(unexpected().into());
    };
    here.out.value(&taken, || {
        format!(
            "edits that are part of their notes again: {}\n{HEARS}",
            taken.edits
        )
    })
}

async fn members(here: &Here, space: Option<String>) -> Result<(), Stop> {
    match here.ask(Request::SpaceMembers { space }).await? {
        Answer::Members(members) => here.out.value(&members, || {
            let somebody_is_out = members.iter().any(|member| member.role.is_none());
            members
                .iter()
                .map(|member| member_line(member, somebody_is_out) + "\n")
                .collect()
        }),
        _ => Err(unexpected().into()),
    }
}

fn member_line(member: &MemberRow, somebody_is_out: bool) -> String {
    let here = match (member.me, member.online) {
        (true, _) => ", this device",
        (false, true) => ", online",
        (false, false) => "",
    };
    // Who has not heard of a removal goes on serving the removed device.
    let behind = if somebody_is_out && !member.knows && member.role.is_some() {
        ", has not said yet that it knows who is out"
    } else {
        ""
    };
    format!(
        "{}  {} on {} ({}{here}{behind})",
        member.device,
        member.person,
        member.device_name,
        role_words(member.role)
    )
}
