//! A question answered for a caller: logged, read, written.

use super::{AppState, caller::Caller, error::Failure};
use crate::{
    access::LogLine,
    ask::{Asked, Exact, Watch},
    export::{Encoder, ExportError, Out},
};

/// Logs the look, answers, and writes the answer; what it gave is logged before the last of it leaves.
pub(super) fn written(
    state: &AppState,
    caller: &Caller,
    asked: &dyn Asked,
    format: &'static dyn Encoder,
    watch: Watch,
    out: &mut Out<'_>,
) -> Result<(), Failure> {
    let served = state.current();
    let ground = &served.snapshot;
    let look = LogLine::look(asked.declaration().name, &ground.identity(), &asked.canonical().text());
    let grant = state.access.exact(caller.who(), &look)?;
    let reader = Exact::open(ground, &grant, watch);
    let mut answer = asked.answer(&reader)?;
    let rows = format.write(ground, &mut answer, out).map_err(|e| match e {
        ExportError::NoRoom { .. } | ExportError::NoPlace { .. } => Failure::Unprocessable(e.to_string()),
        ExportError::Answer(stopped) => stopped.into(),
        other => {
            tracing::debug!("an answer was not taken: {other}");
            Failure::Internal
        }
    })?;
    // What is left of the answer waits in the pipe until this is on disk.
    state.access.answered(&grant, rows, None)?;
    Ok(())
}
