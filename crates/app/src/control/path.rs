//! Where the control socket of a profile lies.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::config::SOCKET_PATH_BYTES;
use crate::error::ProfileError;
use crate::profile::own_user_id;

/// The path of a profile's control socket: in the profile, or under the runtime folder
/// where the path would exceed 100 bytes. Makes the runtime folder where it needs it.
pub fn socket_path(profile: &Path) -> Result<PathBuf, ProfileError> {
    // Two spellings of one folder must meet at one socket.
    let profile = profile
        .canonicalize()
        .map_err(|error| file_error(profile, &error))?;
    let inside = profile.join("control.sock");
    if inside.as_os_str().len() <= SOCKET_PATH_BYTES {
        return Ok(inside);
    }
    let name = blake3::hash(profile.as_os_str().as_bytes()).to_hex();
    Ok(runtime_folder()?.join(format!("{}.sock", &name[..32])))
}

/// Removes what a process that died has left at the path. The profile's lock must be held.
pub(crate) fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `$XDG_RUNTIME_DIR/skein`, else a folder of our own in the temporary folder; 0700 and ours in any case.
fn runtime_folder() -> Result<PathBuf, ProfileError> {
    let user = own_user_id().unwrap_or_default();
    let folder = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(runtime) if !runtime.is_empty() => PathBuf::from(runtime).join("skein"),
        _ => std::env::temp_dir().join(format!("skein-{user}")),
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .map_err(|error| file_error(&folder, &error))?;
    let meta = fs::symlink_metadata(&folder).map_err(|error| file_error(&folder, &error))?;
    if !meta.is_dir() || meta.uid() != user {
        return Err(ProfileError::File {
            path: folder,
            why: "it belongs to another user".into(),
        });
    }
    let mode = meta.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(ProfileError::OpenToOthers {
            path: folder,
            mode,
            fix: 0o700,
        });
    }
    Ok(folder)
}

fn file_error(path: &Path, error: &std::io::Error) -> ProfileError {
    ProfileError::File {
        path: path.into(),
        why: error.to_string(),
    }
}
