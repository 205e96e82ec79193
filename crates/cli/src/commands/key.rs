//! `skein key …`

use skein_app::control::{Answer, Request};
use skein_app::profile::KeyPlace;
use skein_app::view::KeyView;

use super::{Here, unexpected};
use crate::args::{Key, KeyPlaceName};
use crate::output::Stop;

pub(super) async fn carry_out(here: &Here, command: Key) -> Result<(), Stop> {
    let request = match command {
        Key::Show => Request::KeyShow,
        Key::Move { to } => Request::KeyMove {
            to: match to {
                KeyPlaceName::Keystore => KeyPlace::Keystore,
                KeyPlaceName::File => KeyPlace::File,
            },
        },
    };
    match here.ask(request).await? {
        Answer::Key(key) => here.out.value(&key, || line(&key)),
        _ => Err(unexpected().into()),
    }
}

fn line(key: &KeyView) -> String {
    let mut line = format!("the key lies in {}", key.place);
    if let Some(to) = key.moving {
        line += &format!("; it is being moved to {to}");
    } else if key.copy_left {
        line += &format!(
            "; a copy may still lie in {}, and `skein run` or the window erases it",
            key.place.other()
        );
    }
    line
}
