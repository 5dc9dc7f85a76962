//! A new workspace: its folders, its settings, and the first commit.

use std::{os::unix::fs::PermissionsExt, path::Path};

use super::{Commit, TEMPLATE, Workspace, WorkspaceError, files::write_synced, private::private_folder, schema};

/// The line of the settings that says what the partnership is called.
const USUAL_TITLE: &str = "title = \"Places and Spaces\"";

fn title_line(title: &str) -> String {
    format!("title = {}", toml::Value::String(title.to_owned()))
}

impl Workspace {
    /// Makes a new workspace in a directory that is empty or not there yet.
    ///
    /// # Errors
    /// [`WorkspaceError::NotEmpty`] when something is there already, or the I/O error with its path.
    pub fn init(root: &Path) -> Result<Self, WorkspaceError> {
        Self::init_titled(root, None)
    }

    /// The same, with what the partnership is called on screen.
    ///
    /// # Errors
    /// As [`Workspace::init`].
    pub fn init_titled(root: &Path, title: Option<&str>) -> Result<Self, WorkspaceError> {
        if fs_err::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(WorkspaceError::NotEmpty { path: root.to_owned() });
        }
        private_folder(root)?;
        // Nobody but the owner reads what is inside, in a folder that was there too.
        fs_err::set_permissions(root, PermissionsExt::from_mode(0o700))?;
        let root = &fs_err::canonicalize(root)?;
        for folder in ["incidents", "areas", "reports", "gazetteer"] {
            private_folder(&root.join(folder))?;
        }
        let workspace = Self { root: root.clone() };
        let lock = workspace.lock()?;
        let settings =
            title.map_or_else(|| TEMPLATE.to_owned(), |title| TEMPLATE.replacen(USUAL_TITLE, &title_line(title), 1));
        write_synced(&workspace.settings_path(), settings.as_bytes())?;
        schema::create(&workspace.state_path())?;
        Commit::begin(&workspace, &lock)?.finish()?;
        Ok(workspace)
    }
}
