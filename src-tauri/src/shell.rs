//! The window and its life: opening the profile, showing the page, ending without losing a letter.

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use skein_app::control::{Client, Request};
use skein_app::profile::{self, HolderKind, Missing};
use skein_app::{App, Code, Fault, GivenNames, Network, Options};
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::args::{Args, Side};
use crate::{commands, events, quirks};

/// The label of the one window.
pub const WINDOW: &str = "main";

/// How long a closing window has to hand over its last letters. The page pushes at once when it is hidden;
/// this is many times what that takes.
const LAST_PUSH: Duration = Duration::from_millis(400);

/// How long a headless peer may take to let go of the profile.
const LETTING_GO: Duration = Duration::from_secs(15);

/// What the window stands on.
enum Ground {
    Open(App),
    /// The profile could not be opened; the page shows why.
    Closed(Fault),
}

/// The shell's state: the app, once the profile is open.
pub struct Shell {
    options: Options,
    ground: Mutex<Ground>,
    handle: Mutex<Option<AppHandle>>,
}

impl Shell {
    /// The app, or the sentence that says why there is none.
    pub fn app(&self) -> Result<App, Fault> {
        match &*self.ground.lock().expect("nobody panics holding it") {
            Ground::Open(app) => Ok(app.clone()),
            Ground::Closed(fault) => Err(fault.clone()),
        }
    }

    fn stand_on(&self, app: App) {
        if let Some(handle) = self
            .handle
            .lock()
            .expect("nobody panics holding it")
            .clone()
        {
            tauri::async_runtime::spawn(events::pass_on(handle, app.subscribe()));
        }
        *self.ground.lock().expect("nobody panics holding it") = Ground::Open(app);
    }

    /// Ends the headless peer that holds the profile and opens the profile here.
    pub async fn take_over(&self) -> Result<(), Fault> {
        if self.app().is_ok() {
            return Ok(());
        }
        ask_holder(&self.options, &Request::Stop).await?;
        // It says goodbye to its peers and closes its database before it lets go.
        let deadline = Instant::now() + LETTING_GO;
        loop {
            match App::open(self.options.clone()).await {
                Ok(app) => {
                    self.stand_on(app);
                    return Ok(());
                }
                Err(error) => {
                    let fault = Fault::from(error);
                    if fault.code != Code::Held || Instant::now() > deadline {
                        return Err(fault);
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// Runs the program until its window is closed.
pub fn run(args: Args) -> ExitCode {
    let place = args.place;
    let options = match options(args) {
        Ok(options) => options,
        Err(fault) => return refuse(&fault, 2),
    };
    let opened = tauri::async_runtime::block_on(App::open(options.clone()));
    let ground = match opened {
        Ok(app) => Ground::Open(app),
        Err(error) => {
            let fault = Fault::from(error);
            let window =
                profile::holder(&options.profile).is_some_and(|h| h.kind == HolderKind::Window);
            if fault.code == Code::Held
                && window
                && tauri::async_runtime::block_on(ask_holder(&options, &Request::Raise)).is_ok()
            {
                // A window has the profile already: it comes to the front, this start is done.
                return ExitCode::SUCCESS;
            }
            eprintln!("skein-desktop: {fault}");
            Ground::Closed(fault)
        }
    };
    let shell = Shell {
        options,
        ground: Mutex::new(ground),
        handle: Mutex::new(None),
    };
    let built = tauri::Builder::default()
        .manage(shell)
        .invoke_handler(tauri::generate_handler![
            commands::overview,
            commands::list_notes,
            commands::new_note,
            commands::open_note,
            commands::push,
            commands::close_note,
            commands::set_presence,
            commands::note_status,
            commands::invite,
            commands::join,
            commands::new_space,
            commands::rename_space,
            commands::change_role,
            commands::open_invitation,
            commands::invitation,
            commands::pick_row,
            commands::close_invitation,
            commands::nearby,
            commands::ask_to_join,
            commands::await_welcome,
            commands::open_joined,
            commands::leave_joining,
            commands::members,
            commands::add_peer,
            commands::diagnose,
            commands::set_offline,
            commands::open_link,
            commands::take_over,
            commands::echo_bytes,
        ])
        .setup(move |tauri| {
            let handle = tauri.handle().clone();
            let shell = tauri.state::<Shell>();
            *shell.handle.lock().expect("nobody panics holding it") = Some(handle.clone());
            if let Ok(app) = shell.app() {
                tauri::async_runtime::spawn(events::pass_on(handle.clone(), app.subscribe()));
            }
            open_window(&handle, place)?;
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                // Hidden, the page hands over what it has not pushed yet; then everything ends in order.
                api.prevent_close();
                let _ = window.hide();
                let handle = window.app_handle().clone();
                tauri::async_runtime::spawn(async move {
                    tokio::time::sleep(LAST_PUSH).await;
                    handle.exit(0);
                });
            }
        })
        .build(tauri::generate_context!());
    match built {
        Ok(program) => {
            program.run(|handle, event| {
                if let RunEvent::Exit = event
                    && let Ok(app) = handle.state::<Shell>().app()
                {
                    tauri::async_runtime::block_on(app.close());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!(
                "skein-desktop: the window could not be opened ({error}); your notes are untouched"
            );
            ExitCode::FAILURE
        }
    }
}

fn open_window(handle: &AppHandle, place: Option<Side>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(handle, WINDOW, WebviewUrl::App("index.html".into()))
        .title("Skein")
        .inner_size(1_120.0, 760.0)
        .min_inner_size(420.0, 360.0)
        // Nothing but our own page is ever shown: links open outside, dropped files do not navigate.
        .on_navigation(|url| {
            let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
            own || url.as_str() == "about:blank"
        })
        .disable_drag_drop_handler()
        .build()?;
    quirks::tune(&window);
    if let Some(side) = place {
        beside(&window, side)?;
    }
    Ok(())
}

/// Puts the window on a half of the screen it is on, panels left free.
fn beside(window: &tauri::WebviewWindow, side: Side) -> tauri::Result<()> {
    let screen = window.current_monitor()?.or(window.primary_monitor()?);
    let Some(screen) = screen else { return Ok(()) };
    let area = *screen.work_area();
    let half = area.size.width / 2;
    let left = match side {
        Side::Left => 0,
        Side::Right => half as i32,
    };
    window.set_size(tauri::PhysicalSize::new(half, area.size.height))?;
    window.set_position(tauri::PhysicalPosition::new(
        area.position.x + left,
        area.position.y,
    ))
}

fn options(args: Args) -> Result<Options, Fault> {
    let network = Network {
        listen: args.listen,
        discovery: !args.no_discovery,
        gossip: !args.no_gossip,
        offline: args.offline,
    };
    Ok(Options {
        profile: args.profile.map_or_else(profile::default_dir, Ok)?,
        holder: HolderKind::Window,
        missing: Missing::Create,
        network: Some(network),
        control: true,
        names: GivenNames::default(),
    })
}

/// Asks the process that holds the profile for something, over its control socket.
async fn ask_holder(options: &Options, request: &Request) -> Result<(), Fault> {
    Client::connect(&options.profile)
        .await?
        .ask(request)
        .await
        .map(|_| ())
}

fn refuse(fault: &Fault, code: u8) -> ExitCode {
    eprintln!("skein-desktop: {fault}");
    ExitCode::from(code)
}
