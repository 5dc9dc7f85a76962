//! Every question of the registry on the command line: one path.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{
    output::{Target, note},
    progress::with_progress,
};
use crate::{
    access::{Access, LogLine},
    analysis::QUESTIONS,
    ask::{Declaration, Entry, Exact, Kind, Parameter, Raw, Watch},
    claims::{self, ClaimError, Keeping},
    export::ENCODERS,
    snapshot::Snapshot,
    workspace::Workspace,
};

/// Longest polygon file read.
const MAX_POLYGON_BYTES: u64 = 2 << 20;

/// The command of a question.
pub(super) fn command(entry: &'static Entry) -> Command {
    let declaration = entry.declaration;
    let mut command = Command::new(declaration.name).about(declaration.about).after_help(declaration.help);
    for parameter in declaration.parameters() {
        command = command.arg(argument(declaration, parameter));
    }
    if declaration.kept {
        let about = "Do not store the answer as a claim";
        command = command.arg(Arg::new("no-store").long("no-store").action(ArgAction::SetTrue).help(about));
    }
    command.args(output_arguments())
}

/// Format and file of an answer.
pub(super) fn output_arguments() -> [Arg; 2] {
    let names: Vec<&str> = ENCODERS.iter().map(|e| e.name()).chain(["text"]).collect();
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(clap::builder::PossibleValuesParser::new(names))
        .help("By the name of the output file; else a table (or sentences) on a terminal, csv in a pipe");
    let output = Arg::new("output")
        .short('o')
        .long("output")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Write to this file instead of standard output");
    [format, output]
}

fn argument(declaration: &Declaration, parameter: &'static Parameter) -> Arg {
    let mut about = parameter.about.to_owned();
    if !parameter.default.is_empty() {
        about = format!("{about} [default: {}]", parameter.default);
    }
    let arg = Arg::new(parameter.name).help(about);
    let arg = match parameter.kind {
        // Twice is refused where the values are read, with the same words as over HTTP.
        Kind::Flag => arg.action(ArgAction::Append).num_args(0..=1).require_equals(true).default_missing_value("true"),
        _ => arg.action(ArgAction::Append).value_name(parameter.kind.value_name()),
    };
    let arg = arg.allow_hyphen_values(matches!(parameter.kind, Kind::Bbox | Kind::Hours));
    if declaration.positional == parameter.name {
        return arg.action(ArgAction::Set).required(parameter.required);
    }
    arg.long(long_name(parameter.name)).required(parameter.required)
}

/// `as_of` is `--as-of`.
fn long_name(name: &'static str) -> String {
    name.replace('_', "-")
}

/// The question that a command asks, if it is one.
pub(super) fn entry_of(name: &str) -> Option<&'static Entry> {
    QUESTIONS.iter().find(|entry| entry.declaration.name == name)
}

/// Asks, writes the answer, and keeps it where it is one to be kept.
pub(super) fn run(root: &Path, entry: &'static Entry, matches: &ArgMatches) -> anyhow::Result<()> {
    let declaration = entry.declaration;
    let asked = entry.ask(pairs(declaration, matches)?)?;
    let target = Target::of(matches, declaration.shape)?;
    let workspace = Workspace::open(root)?;
    let snapshot = Snapshot::load(&workspace)?;
    let access = Access::of_workspace(&workspace);
    let look = LogLine::look(declaration.name, &snapshot.identity(), &asked.canonical().text());
    let grant = access.exact(access.user(), &look)?;
    let watch = Watch::default();
    let reader = Exact::open(&snapshot, &grant, watch.clone());
    let mut answer = with_progress(&watch, || asked.answer(&reader))?;
    let claimed = if declaration.kept && !matches.get_flag("no-store") {
        Some(claims::claim(asked.as_ref(), &snapshot, &mut answer)?)
    } else {
        None
    };
    let rows = target.write(&snapshot, &mut answer)?;
    access.answered(&grant, rows, target.file().map(|f| f.display().to_string()).as_deref())?;
    answer.notes.iter().for_each(|line| note(line));
    if let Some(folder) = grant.refuge() {
        note(&format!("the workspace cannot be written: this look was logged in {}", folder.display()));
    }
    if let Some(claimed) = claimed {
        let id = &claimed.kept.id;
        let change = LogLine::change("claim", &snapshot.identity(), id);
        let kept = access.change(access.user(), &change).map_err(|e| e.to_string());
        match kept.and_then(|_| claims::keep(&workspace, &claimed).map_err(|e| why(&e))) {
            Ok(Keeping::Stored) => note(&format!("stored as {id}; `places claims replay {id}` makes it again")),
            Ok(Keeping::Known) => note(&format!("stored before as {id}, the same to the byte")),
            // The answer is given all the same.
            Err(reason) => note(&format!("the answer stands, but was not stored as a claim: {reason}")),
        }
    }
    Ok(())
}

fn why(error: &ClaimError) -> String {
    error.to_string()
}

/// Names and values as they were given; a file is read here.
fn pairs(declaration: &Declaration, matches: &ArgMatches) -> anyhow::Result<Vec<(&'static str, Raw)>> {
    let mut pairs = Vec::new();
    for parameter in declaration.parameters() {
        let values = matches.get_many::<String>(parameter.name).into_iter().flatten();
        for value in values {
            let raw = match parameter.kind {
                Kind::Places { .. } => place(value)?,
                _ => Raw::from(value.as_str()),
            };
            pairs.push((parameter.name, raw));
        }
    }
    Ok(pairs)
}

/// A place that is a file: its name without the folder, and its text.
fn place(value: &str) -> anyhow::Result<Raw> {
    let path = Path::new(value);
    let is_file = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("geojson") || e.eq_ignore_ascii_case("json"));
    if !is_file {
        return Ok(Raw::from(value));
    }
    let length = fs_err::metadata(path)?.len();
    anyhow::ensure!(
        length <= MAX_POLYGON_BYTES,
        "{value} has {length} bytes; a place may have {MAX_POLYGON_BYTES}: simplify the polygon"
    );
    let name = path.file_stem().map_or_else(|| value.to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(Raw::File { name, text: fs_err::read_to_string(path)? })
}
