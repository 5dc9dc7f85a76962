//! `places setup`: the first hour. Finds what a folder holds, asks what it cannot see, and runs the other commands, showing each.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::ProgressBar;

use super::{
    next,
    output::{note, print_line, report_error, write_private},
};
use crate::{
    export::printable,
    import::{TableKind, draft_mapping},
    model::{QueryError, districts_of_force, forces, is_network},
    setup::{Found, Plan, Step, Wanted, look_through, plan, shell_line},
    workspace::private_folder,
};

const EXAMPLES: &str = "\
Examples:
  places setup                                 asks for everything; Enter takes what is offered
  places setup downloads/ --yes
  places --workspace norfolk setup downloads/ --name 'Norfolk SVD' --force norfolk --yes

Every file is told by its content: police.uk street files, boundaries (GeoJSON), names of areas, populations and other
figures, gazetteers, and tables of incidents, for which a mapping is drafted in the workspace under mappings/. Nothing is
downloaded and no file of yours is changed. Running it again changes nothing that is there already, and imports tables
whose mapping has no line left that says `# unsure`.";

/// Files left alone that are listed.
const MAX_LISTED: usize = 12;
/// The answer that leaves no area out.
const EVERYTHING: &str = "everything";
/// The mark of a line of a mapping that a person has to look at.
const UNSURE: &str = "# unsure";

/// Arguments of `places setup`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SetupArgs {
    /// Folders with the files; this one when left out
    #[arg(value_name = "DIR")]
    pub folders: Vec<String>,
    /// What the partnership is called on screen
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The police force, by its name at data.police.uk, such as west-yorkshire
    #[arg(long, value_name = "NAME")]
    pub force: Option<String>,
    /// Ask nothing: take what is found
    #[arg(long)]
    pub yes: bool,
    /// Show the commands and run none
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs a command line, without the program's name.
pub(super) type Runner<'r> = &'r dyn Fn(&[String]) -> anyhow::Result<()>;

pub(super) fn run(root: &Path, args: &SetupArgs, runner: Runner<'_>) -> anyhow::Result<()> {
    let asking = Asking { silent: args.yes || args.dry_run };
    let folders = match args.folders.as_slice() {
        [] => vec![asking.ask("Folder with the files", ".")?],
        folders => folders.to_vec(),
    };
    let found = look(&folders, root)?;
    print_found(&found)?;
    let force = force(&found, args, &asking)?;
    let usual = force.as_deref().map_or_else(|| "Places and Spaces".to_owned(), titled);
    let init = !root.join("state.sqlite").exists();
    let title = match &args.name {
        Some(name) => name.clone(),
        None if init => asking.ask("What the partnership is called", &usual)?,
        None => usual,
    };
    let plan = plan(&found, &Wanted { title, force, init });
    print_left(&found, &plan)?;
    if plan.steps.iter().all(|s| s.arguments[0] == "init") && plan.to_map.is_empty() {
        anyhow::bail!(
            "{} holds nothing that can be brought in; nothing was changed. The README says where boundaries, police.uk files and \
             populations are published",
            folders.join(", ")
        );
    }
    print_line("\nCommands:")?;
    for step in &plan.steps {
        print_line(&format!("  {}", line_of(root, step)))?;
    }
    for table in &plan.to_map {
        print_line(&format!("  {}", shell_line(&["places", "mapping", "draft", &table.display().to_string()])))?;
    }
    if args.dry_run {
        note("dry run: nothing was changed");
        return Ok(());
    }
    if !asking.agrees("Run them?")? {
        note("nothing was changed");
        return Ok(());
    }
    next::silence();
    let mut failed = run_steps(root, &plan, runner)?;
    let waiting = map_tables(root, &plan.to_map, runner, &mut failed)?;
    finish(root, &failed, &waiting)
}

/// Looks through the folders, saying on a terminal which file is read.
fn look(folders: &[String], root: &Path) -> anyhow::Result<Found> {
    let spinner = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let found = look_through(folders, root, |path| {
        spinner.tick();
        spinner.set_message(printable(&path.display().to_string()));
    })?;
    spinner.finish_and_clear();
    Ok(found)
}

fn print_found(found: &Found) -> anyhow::Result<()> {
    print_line("Found:")?;
    for b in &found.boundaries {
        let kind = if b.areas.kind.is_empty() { String::new() } else { format!(" ({})", b.areas.kind) };
        print_line(&printable(&format!("  {}: {} areas{kind}", b.path.display(), b.areas.areas.len())))?;
    }
    for (force, files) in &found.street {
        print_line(&format!("  {} street files of {force} (police.uk)", files.len()))?;
    }
    for table in &found.tables {
        let what = match &table.kind {
            TableKind::Gazetteer(kind) => format!("gazetteer ({})", kind.name()),
            TableKind::Figures(unit) => format!("figures by {}", unit.name),
            TableKind::Names(unit) => format!("names by {}", unit.name),
            TableKind::Lookup(columns) => {
                format!("lookup of {}", columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "))
            }
            TableKind::Incidents => "incidents".to_owned(),
            TableKind::Street(_) | TableKind::Other(_) => continue,
        };
        print_line(&printable(&format!("  {}: {what}", table.path.display())))?;
    }
    Ok(())
}

fn print_left(found: &Found, plan: &Plan) -> anyhow::Result<()> {
    let left: Vec<_> = found.left.iter().chain(&plan.left).collect();
    if left.is_empty() {
        return Ok(());
    }
    print_line("Left alone:")?;
    for (path, reason) in left.iter().take(MAX_LISTED) {
        print_line(&printable(&format!("  {}: {reason}", path.display())))?;
    }
    if left.len() > MAX_LISTED {
        print_line(&format!("  and {} more", left.len() - MAX_LISTED))?;
    }
    Ok(())
}

/// The force whose county it is: named, the only one found, the one with most files, or asked for. Where nobody can be asked, one that
/// has not twice the files of any other is not taken.
fn force(found: &Found, args: &SetupArgs, asking: &Asking) -> anyhow::Result<Option<String>> {
    let all: Vec<&str> = found.street.keys().map(String::as_str).filter(|f| !is_network(f)).collect();
    let files = |force: &&str| found.street[*force].len();
    let most = all.iter().copied().max_by_key(files);
    let others = all.iter().filter(|f| Some(**f) != most).map(files).max().unwrap_or(0);
    let is_clear = most.as_ref().is_some_and(|most| files(most) >= 2 * others);
    let asked = match &args.force {
        Some(force) => Some(force.clone()),
        None if !is_clear && all.len() > 1 && asking.silent => anyhow::bail!(
            "street files of {} police forces are there: say which county it is with --force; forces: {}. Nothing was changed",
            all.len(),
            all.join(", ")
        ),
        // Nothing says which county it is; a file of a whole country may be there.
        None if all.is_empty() && !asking.silent && !found.boundaries.is_empty() => {
            let answer = asking.ask("Police force whose districts make the county, such as norfolk", EVERYTHING)?;
            (answer != EVERYTHING).then_some(answer)
        }
        None if all.len() > 1 && !asking.silent => Some(asking.ask("Police force", most.unwrap_or_default())?),
        None => most.map(str::to_owned),
    };
    if let Some(force) = asked.as_deref().filter(|f| districts_of_force(f).is_none() && !found.street.contains_key(*f))
    {
        let known: Vec<&str> = forces().collect();
        return Err(QueryError::invalid("force", force, format!("a police force: {}", known.join(", "))).into());
    }
    Ok(asked)
}

/// `west-yorkshire` to `West Yorkshire`.
fn titled(force: &str) -> String {
    let word = |word: &str| match word {
        "and" | "of" => word.to_owned(),
        word => word[..1].to_uppercase() + &word[1..],
    };
    force.split('-').filter(|w| !w.is_empty()).map(word).collect::<Vec<_>>().join(" ")
}

fn with_workspace(root: &Path, arguments: &[String]) -> Vec<String> {
    let workspace = ["--workspace".to_owned(), root.display().to_string()];
    workspace.into_iter().chain(arguments.iter().cloned()).collect()
}

fn line_of(root: &Path, step: &Step) -> String {
    format!("places {}", shell_line(&with_workspace(root, &step.arguments)))
}

/// Runs the steps; gives those that did not work. One that is needed ends it.
fn run_steps(root: &Path, plan: &Plan, runner: Runner<'_>) -> anyhow::Result<Vec<String>> {
    let mut failed = Vec::new();
    for step in &plan.steps {
        let line = line_of(root, step);
        print_line(&format!("\n$ {line}"))?;
        let Err(error) = runner(&with_workspace(root, &step.arguments)) else { continue };
        report_error(&error);
        failed.push(line);
        if step.needed {
            anyhow::bail!(
                "setup stopped there: the steps after it stand on this one. Mend it and run `places setup` again"
            );
        }
    }
    Ok(failed)
}

/// A table that waits for a person to look at its mapping.
struct Waiting {
    table: PathBuf,
    mapping: PathBuf,
    unsure: Vec<String>,
}

/// Drafts a mapping for each table of incidents and imports those of which nothing is unsure.
fn map_tables(
    root: &Path,
    tables: &[PathBuf],
    runner: Runner<'_>,
    failed: &mut Vec<String>,
) -> anyhow::Result<Vec<Waiting>> {
    let mut waiting = Vec::new();
    let folder = root.join("mappings");
    for table in tables {
        private_folder(&folder)?;
        let name = table.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.split('.').next().unwrap_or("table").replace(char::is_whitespace, "-").to_lowercase();
        let mapping = folder.join(format!("{stem}.toml"));
        print_line(&format!("\n$ places mapping draft {} -o {}", quoted(table), quoted(&mapping)))?;
        if mapping.exists() {
            note("there is a mapping already, which is kept");
        } else {
            match draft_mapping(table) {
                Ok(text) => write_private(&mapping, text.as_bytes())?,
                Err(error) => {
                    report_error(&error.into());
                    failed.push(format!("places mapping draft {}", quoted(table)));
                    continue;
                }
            }
        }
        let text = fs_err::read_to_string(&mapping)?;
        let unsure: Vec<String> = unsure_lines(&text);
        let paths = [table, &mapping].map(|p| p.display().to_string());
        let mut arguments: Vec<String> = ["import", &paths[0], "--mapping", &paths[1]].map(str::to_owned).to_vec();
        if !unsure.is_empty() {
            arguments.push("--dry-run".to_owned());
        }
        let step = Step { arguments, needed: false };
        print_line(&format!("\n$ {}", line_of(root, &step)))?;
        if let Err(error) = runner(&with_workspace(root, &step.arguments)) {
            report_error(&error);
            failed.push(line_of(root, &step));
        }
        if !unsure.is_empty() {
            waiting.push(Waiting { table: table.clone(), mapping, unsure });
        }
    }
    Ok(waiting)
}

fn quoted(path: &Path) -> String {
    shell_line(&[path.display().to_string()])
}

/// What is unsure, with the line it is about.
fn unsure_lines(mapping: &str) -> Vec<String> {
    let lines: Vec<&str> = mapping.lines().collect();
    let of = |(i, line): (usize, &&str)| {
        let doubt = line.trim().strip_prefix(UNSURE)?.trim_start_matches(':').trim();
        let about = lines.get(i + 1).filter(|next| !next.trim_start().starts_with('#'));
        Some(about.map_or_else(|| doubt.to_owned(), |about| format!("{about}    {doubt}")))
    };
    lines.iter().enumerate().filter_map(of).collect()
}

fn finish(root: &Path, failed: &[String], waiting: &[Waiting]) -> anyhow::Result<()> {
    print_line("")?;
    let workspace = shell_line(&["--workspace".to_owned(), root.display().to_string()]);
    for w in waiting {
        print_line(&format!(
            "{} is not imported yet: look at what is unsure in {}",
            quoted(&w.table),
            quoted(&w.mapping)
        ))?;
        for line in &w.unsure {
            print_line(&printable(&format!("    {line}")))?;
        }
        print_line(&format!(
            "  then: places {workspace} import {} --mapping {}",
            quoted(&w.table),
            quoted(&w.mapping)
        ))?;
    }
    for line in failed {
        print_line(&format!("did not work: {line}"))?;
    }
    print_line(&format!("next: places {workspace} coverage      what was received, month by month"))?;
    print_line(&format!("      places {workspace} serve         the map"))?;
    match failed.len() {
        0 => Ok(()),
        1 => anyhow::bail!("one step did not work; the others are done, and `places setup` can be run again"),
        n => anyhow::bail!("{n} steps did not work; the others are done, and `places setup` can be run again"),
    }
}

/// Questions on a terminal, or from lines of standard input.
struct Asking {
    silent: bool,
}

impl Asking {
    fn ask(&self, question: &str, usual: &str) -> anyhow::Result<String> {
        if self.silent {
            return Ok(usual.to_owned());
        }
        let mut error = std::io::stderr().lock();
        write!(error, "{question} [{usual}]: ")?;
        error.flush()?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line)? == 0 {
            anyhow::bail!("there is nobody to answer; nothing was changed. Say --yes to take what is offered");
        }
        let answer = line.trim();
        Ok(if answer.is_empty() { usual.to_owned() } else { answer.to_owned() })
    }

    fn agrees(&self, question: &str) -> anyhow::Result<bool> {
        let answer = self.ask(question, "yes")?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }
}
