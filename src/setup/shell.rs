//! A command line as a person would type it.

/// Arguments as one line for a shell, quoted where they need it.
///
/// # Examples
/// ```
/// use places::setup::shell_line;
/// assert_eq!(shell_line(&["areas", "add", "My files/a.geojson"]), "areas add 'My files/a.geojson'");
/// ```
#[must_use]
pub fn shell_line<T: AsRef<str>>(arguments: &[T]) -> String {
    let quoted = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,+@%".contains(c);
        if !text.is_empty() && text.chars().all(plain) {
            text.to_owned()
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    };
    arguments.iter().map(|a| quoted(a.as_ref())).collect::<Vec<_>>().join(" ")
}
