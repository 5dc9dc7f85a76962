//! The first hour: what a folder holds, by content, and the commands that bring it into a workspace.
//!
//! Nothing is imported here: a [`Plan`] is a list of command lines that a person could have typed.
//! May use: model, area, geocode, import, workspace.

mod found;
mod layers;
mod plan;
mod shell;

pub use found::{Boundaries, Found, Table, look_through};
pub use layers::{LayerPlan, plan_layers};
pub use plan::{Plan, Step, Wanted, plan};
pub use shell::shell_line;
