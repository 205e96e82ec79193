//! `skein space invite --nearby` and `skein space join --nearby`: four pictures that two people compare.
//!
//! With `--json` each state is one line on standard output, and answers are read from standard input all the same.

use std::io::BufRead;
use std::time::{Duration, Instant};

use serde_json::json;
use skein_app::control::{Answer, Request};
use skein_app::profile::Missing;
use skein_app::view::{
    Giving, Inviting, LeftOut, Nearby, Offering, Picture, Role, Shown, Welcomed, WhyLeftOut,
};
use skein_app::{Code, DeviceKey, Fault, GivenNames, Network, SpaceId};

use super::space::{role_words, tell_joined};
use super::{Here, unexpected};
use crate::door::Door;
use crate::output::Stop;

/// How long a command that has let somebody in stays for them to take everything over.
const HANDING_OVER: Duration = Duration::from_secs(30);

/// How often it looks whether they have, in milliseconds.
const LOOK_MS: u64 = 300;

/// Who is invited.
pub(super) enum Whom {
    /// Somebody, into one space.
    Somebody(Option<String>, Role),
    /// Another device of the same person, into all that this one is an owner of.
    OwnDevice,
}

/// Invites until somebody joined or it is over.
pub(super) async fn invite(here: &Here, whom: Whom) -> Result<(), Stop> {
    let mut door = open(here).await?;
    let invited = answer_questions(here, &mut door, whom).await;
    if let (Ok((giving, device)), Door::Own(_)) = (&invited, &door) {
        let mut came = true;
        for space in giving.spaces() {
            came &= hand_over(&mut door, space, *device).await?;
        }
        if !came {
            here.out.say(
                "it is a member, and has not opened the space yet. what is here comes to it whenever skein runs on both",
            );
        }
    }
    door.close().await;
    invited.map(|_| ())
}

async fn open_invitation(here: &Here, door: &mut Door, whom: Whom) -> Result<(), Stop> {
    match whom {
        Whom::Somebody(space, role) => {
            door.ask(Request::InvitationOpen { space, role }).await?;
        }
        Whom::OwnDevice => {
            let Answer::Inviting(opened) = door.ask(Request::InvitationOpenOwn).await? else {
                return Err(unexpected().into());
            };
            if let Inviting::Waiting {
                giving: Giving::Own { left_out, .. },
                ..
            } = opened
                && !here.out.json
            {
                left_out.iter().for_each(|space| say_left_out(here, space));
            }
        }
    }
    Ok(())
}

fn say_left_out(here: &Here, LeftOut { name, why, .. }: &LeftOut) {
    here.out.say(&match why {
        WhyLeftOut::NotOwner => format!("{name} is left out: ask an owner of it"),
        WhyLeftOut::TooMuch => {
            format!(
                "{name} is left out, as one invitation does not take more: invite to it by itself"
            )
        }
    });
}

async fn answer_questions(
    here: &Here,
    door: &mut Door,
    whom: Whom,
) -> Result<(Giving, DeviceKey), Stop> {
    open_invitation(here, door, whom).await?;
    if !here.out.json {
        here.out.say(
            "open for ten minutes. on the other device, in the same network: Ask to join, or skein space join --nearby",
        );
    }
    let mut state = next(door).await?;
    loop {
        if here.out.json {
            here.out.line(&state)?;
        }
        state = match state {
            Inviting::Waiting { .. } => {
                if !here.out.json {
                    here.out
                        .say("nobody was let in. the invitation is still open");
                }
                next(door).await?
            }
            Inviting::Asking {
                question,
                person,
                device_name,
                rows,
                giving,
                ..
            } => {
                if !here.out.json {
                    ask(here, &format!("{person} on {device_name}"), &rows, &giving);
                }
                let row = match read_line().await {
                    Some(line) => chosen(&line, rows.len()),
                    None => {
                        door.ask(Request::InvitationClose).await?;
                        return Err(left().into());
                    }
                };
                match door.ask(Request::InvitationPick { question, row }).await {
                    Ok(Answer::Inviting(state)) => state,
                    Ok(_) => return Err(unexpected().into()),
                    Err(fault) if fault.code == Code::NotFound => {
                        here.out.say(&fault.message);
                        next(door).await?
                    }
                    Err(fault) => return Err(fault.into()),
                }
            }
            Inviting::Joined {
                giving,
                device,
                person,
                device_name,
            } => {
                if !here.out.json {
                    let line = format!(
                        "{person} on {device_name} joined {}\n",
                        match &giving {
                            Giving::Space { role, .. } => format!("as {}", role_words(Some(*role))),
                            Giving::Own { spaces, .. } =>
                                format!("{} as owner", spaces_words(spaces.len())),
                        }
                    );
                    here.out.exactly(line.as_bytes())?;
                }
                return Ok((giving, device));
            }
            Inviting::Over { message, .. } => return Err(Fault::new(Code::Refused, message).into()),
            Inviting::Closed => return Err(left().into()),
        };
    }
}

async fn next(door: &mut Door) -> Result<Inviting, Stop> {
    match door.ask(Request::InvitationNext).await? {
        Answer::Inviting(state) => Ok(state),
        _ => Err(unexpected().into()),
    }
}

/// A new member that was here and is away for so long has what it came for. Of two connections that crossed one is
/// closed, and the other stands a moment later: whoever left then would leave it alone.
const GONE: Duration = Duration::from_secs(2);

/// Stays until the new member shows the same as this device, or has come and gone; whether it came.
async fn hand_over(door: &mut Door, space: SpaceId, device: DeviceKey) -> Result<bool, Stop> {
    let deadline = Instant::now() + HANDING_OVER;
    let mut came = false;
    let mut here_at = Instant::now();
    while Instant::now() < deadline {
        let waited = door.ask(Request::WaitHeadsEqual {
            peers: None,
            timeout_ms: LOOK_MS,
        });
        let same = waited.await.is_ok();
        let space = Some(space.to_string());
        let Answer::Members(members) = door.ask(Request::SpaceMembers { space }).await? else {
            return Err(unexpected().into());
        };
        let member = members.iter().find(|member| member.device == device);
        let here = member.is_some_and(|member| member.online);
        // A command that joins is here for a few milliseconds.
        came |= member.is_some_and(|member| member.last_seen_ms.is_some());
        if here {
            here_at = Instant::now();
        }
        if same && here || came && here_at.elapsed() >= GONE {
            return Ok(true);
        }
    }
    Ok(came)
}

fn ask(here: &Here, who: &str, rows: &[Vec<Picture>], giving: &Giving) {
    here.out.say(&match giving {
        Giving::Space { role, .. } => format!(
            "{who} asks. whoever you let in reads every note of the space, with its history{}",
            match role {
                Role::Viewer => "",
                Role::Editor => ", and can edit",
                Role::Owner => ", can edit, and can let others in and remove them",
            }
        ),
        Giving::Own { spaces, .. } => {
            let names: Vec<&str> = spaces.iter().map(|named| named.name.as_str()).collect();
            format!(
                "{who} asks to be your own other device. it reads every note in {}, with their history: {}. it can \
                 edit, and can let others in and remove them",
                spaces_words(spaces.len()),
                names.join(", ")
            )
        }
    });
    here.out.say("which of these is on the other screen?");
    for (place, row) in (1..).zip(rows) {
        here.out.say(&format!("  {place}  {}", words(row)));
    }
    here.out.say("  0  none of these");
}

fn spaces_words(count: usize) -> String {
    match count {
        1 => "one space".into(),
        _ => format!("all {count} spaces"),
    }
}

fn words(row: &[Picture]) -> String {
    let one = |picture: &Picture| format!("{} {}", picture.picture, picture.name);
    row.iter().map(one).collect::<Vec<_>>().join("   ")
}

/// The place of a row from 0. Whatever is no number of a row is none of them: a slip of the finger must not let
/// somebody in.
fn chosen(line: &str, rows: usize) -> Option<usize> {
    let number: usize = line.trim().parse().ok()?;
    (1..=rows).contains(&number).then(|| number - 1)
}

/// Asks somebody nearby, shows the pictures, and opens the space when the person says so.
pub(super) async fn join(here: &Here, from: Option<String>, wait: Duration) -> Result<(), Stop> {
    let mut door = open(here).await?;
    let joined = ask_and_show(here, &mut door, from, wait).await;
    door.close().await;
    joined
}

async fn ask_and_show(
    here: &Here,
    door: &mut Door,
    from: Option<String>,
    wait: Duration,
) -> Result<(), Stop> {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let id = find(door, from, wait_ms).await?.id;
    let Answer::Shown(shown) = door.ask(Request::AskToJoin { id }).await? else {
        return Err(unexpected().into());
    };
    show(here, &shown)?;
    let Answer::Welcomed(welcomed) = door.ask(Request::AwaitWelcome).await? else {
        return Err(unexpected().into());
    };
    if !confirmed(here, &welcomed).await? {
        door.ask(Request::LeaveJoining).await?;
        let message = "nothing was taken over, as the other screen does not name this device. somebody else may have \
                       answered. tell them, and try again";
        return Err(Fault::new(Code::Refused, message).into());
    }
    let Answer::Opened(joined) = door.ask(Request::OpenJoined { wait_ms }).await? else {
        return Err(unexpected().into());
    };
    joined.iter().try_for_each(|one| tell_joined(here, one))
}

/// The one who invites, or the one whose name was given.
async fn find(door: &mut Door, from: Option<String>, wait_ms: u64) -> Result<Nearby, Stop> {
    let Answer::Nearby(rows) = door.ask(Request::Nearby { wait_ms }).await? else {
        return Err(unexpected().into());
    };
    let fits = |row: &Nearby| {
        let Some(from) = &from else { return true };
        let from = from.to_lowercase();
        let names = [&row.person, &row.device_name].into_iter();
        let mut names = names.chain(space_name(row));
        names.any(|name| name.to_lowercase().contains(&from))
    };
    let names = |rows: &[Nearby]| {
        let name = |row: &Nearby| {
            let into = space_name(row).map_or("own devices", String::as_str);
            format!("{} on {} ({into})", row.person, row.device_name)
        };
        rows.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let (mut fitting, others): (Vec<Nearby>, Vec<Nearby>) = rows.into_iter().partition(fits);
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        0 if others.is_empty() => Err(Fault::new(
            Code::Unreachable,
            "nobody on this network invites. nothing was changed. open an invitation on the other device, or use a ticket",
        )
        .into()),
        0 => Err(Fault::new(
            Code::NotFound,
            format!("nobody of that name invites. nothing was changed. these do: {}", names(&others)),
        )
        .into()),
        _ => Err(Fault::new(
            Code::Ambiguous,
            format!("several invite: {}. nothing was changed. say whom with --from", names(&fitting)),
        )
        .into()),
    }
}

fn space_name(row: &Nearby) -> Option<&String> {
    match &row.offering {
        Offering::Space { space_name, .. } => Some(space_name),
        Offering::Own { .. } => None,
    }
}

fn show(here: &Here, shown: &Shown) -> Result<(), Stop> {
    let from = &shown.from;
    if here.out.json {
        return here.out.line(&json!({
            "state": "pictures", "from": from, "pictures": shown.pictures,
        }));
    }
    let offers = match &from.offering {
        Offering::Space { space_name, role } => {
            format!("invites you to {space_name} as {}", role_words(Some(*role)))
        }
        Offering::Own { spaces } => format!(
            "invites this device as {}'s own: it becomes an owner of {} there, reads every note, can edit, and can let \
             others in and remove them",
            from.person,
            spaces_words(*spaces)
        ),
    };
    here.out.say(&format!(
        "{} on {} {offers}. on that device the row with these pictures is to be picked:",
        from.person, from.device_name
    ));
    here.out
        .exactly(format!("{}\n", words(&shown.pictures)).as_bytes())
}

async fn confirmed(here: &Here, welcomed: &Welcomed) -> Result<bool, Stop> {
    if here.out.json {
        here.out.line(&json!({
            "state": "welcomed", "from": welcomed.from,
            "person": welcomed.person, "device_name": welcomed.device_name,
        }))?;
    } else {
        here.out.say(&format!(
            "{} should say now that {} on {} joined. does it? (yes or no)",
            welcomed.from.device_name, welcomed.person, welcomed.device_name
        ));
    }
    let line = read_line().await.unwrap_or_default();
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

async fn open(here: &Here) -> Result<Door, Fault> {
    let network = Some(Network::for_one_command());
    Door::open(&here.dir, Missing::Refuse, network, GivenNames::default()).await
}

/// A line of standard input; `None` at its end.
async fn read_line() -> Option<String> {
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        read.ok().filter(|bytes| *bytes > 0).map(|_| line)
    });
    line.await.ok().flatten()
}

fn left() -> Fault {
    Fault::new(
        Code::Refused,
        "the invitation was closed. nobody was let in. nothing else was changed",
    )
}
