//! What the geocoder needs of the workspace: gazetteers, what waits for a person, what persons decided and taught.

use rusqlite::params;

use super::{Commit, FileEntry, State, WorkspaceError, commit::write_file, files::FileKind};

/// Format of the state that brought these tables.
const SINCE: i64 = 3;

/// A stored gazetteer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GazetteerFile {
    /// Its name in the workspace.
    pub name: String,
    /// Kind of file it was made from.
    pub kind: String,
    /// Edition.
    pub epoch: String,
    /// Path from the workspace's root.
    pub path: String,
    /// Named entries.
    pub entries: u64,
    /// Postcode units.
    pub postcodes: u64,
}

/// Records with the same words that a person should look at.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ReviewItem {
    /// Hash of the words, as on the incidents.
    pub id: String,
    /// Source.
    pub source: String,
    /// The words, people's names taken out.
    pub text: String,
    /// Locality given.
    pub locality: String,
    /// Postcode given.
    pub postcode: String,
    /// Records that wait for it.
    pub records: u64,
    /// `tied`, `review` or `unmatched`.
    pub status: String,
    /// Confidence in the best candidate's area, 0 to 1.
    pub msoa: f64,
    /// Records x uncertainty x harm: what the queue is ordered by.
    pub weight: f64,
    /// Flags, by comma.
    pub flags: String,
    /// Candidates, as JSON.
    pub candidates: String,
}

/// What a person decided about some words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDecision {
    /// Number, ascending in time.
    pub number: i64,
    /// Hash of the words.
    pub item: String,
    /// What was chosen, as JSON.
    pub choice: String,
    /// Who decided.
    pub who: String,
    /// When, UTC.
    pub decided_at: String,
    /// Records that it placed.
    pub records: u64,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Whether an alias is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasState {
    /// A second person has to agree.
    Pending,
    /// In force.
    Live,
    /// Taken back.
    Undone,
}

impl AliasState {
    /// The word stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Live => "live",
            Self::Undone => "undone",
        }
    }

    fn from_name(name: &str) -> Self {
        [Self::Pending, Self::Live].into_iter().find(|s| s.name() == name).unwrap_or(Self::Undone)
    }
}

/// A name that a person taught, in a district or everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    /// Number.
    pub number: i64,
    /// The name.
    pub name: String,
    /// District it is used in, or empty.
    pub district: String,
    /// Kind of thing.
    pub kind: String,
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// Radius, metres.
    pub radius_m: f64,
    /// Who taught it.
    pub who: String,
    /// Who agreed, or empty.
    pub second: String,
    /// Records that waited for it when it was taught.
    pub records: u64,
    /// Whether it is in force.
    pub state: AliasState,
}

impl State {
    /// Stored gazetteers, by name.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn gazetteers(&self) -> Result<Vec<GazetteerFile>, WorkspaceError> {
        if self.format()? < SINCE {
            return Ok(Vec::new());
        }
        self.rows("SELECT name, kind, epoch, path, entries, postcodes FROM gazetteers ORDER BY name", [], |row| {
            Ok(GazetteerFile {
                name: row.get(0)?,
                kind: row.get(1)?,
                epoch: row.get(2)?,
                path: row.get(3)?,
                entries: row.get::<_, i64>(4)?.cast_unsigned(),
                postcodes: row.get::<_, i64>(5)?.cast_unsigned(),
            })
        })
    }

    /// What waits for a person, the weightiest first.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn review_items(&self) -> Result<Vec<ReviewItem>, WorkspaceError> {
        if self.format()? < SINCE {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, source, text, locality, postcode, records, status, msoa, weight, flags, candidates \
                   FROM review_items ORDER BY weight DESC, id";
        self.rows(sql, [], |row| {
            Ok(ReviewItem {
                id: row.get(0)?,
                source: row.get(1)?,
                text: row.get(2)?,
                locality: row.get(3)?,
                postcode: row.get(4)?,
                records: row.get::<_, i64>(5)?.cast_unsigned(),
                status: row.get(6)?,
                msoa: row.get(7)?,
                weight: row.get(8)?,
                flags: row.get(9)?,
                candidates: row.get(10)?,
            })
        })
    }

    /// Decisions, in the order they were made.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn review_decisions(&self) -> Result<Vec<ReviewDecision>, WorkspaceError> {
        if self.format()? < SINCE {
            return Ok(Vec::new());
        }
        let sql = "SELECT number, item, choice, who, decided_at, records, undone FROM review_decisions ORDER BY number";
        self.rows(sql, [], |row| {
            Ok(ReviewDecision {
                number: row.get(0)?,
                item: row.get(1)?,
                choice: row.get(2)?,
                who: row.get(3)?,
                decided_at: row.get(4)?,
                records: row.get::<_, i64>(5)?.cast_unsigned(),
                undone: row.get(6)?,
            })
        })
    }

    /// Names that persons taught, in the order they were.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn aliases(&self) -> Result<Vec<Alias>, WorkspaceError> {
        if self.format()? < SINCE {
            return Ok(Vec::new());
        }
        let sql = "SELECT number, name, district, kind, lon, lat, radius_m, who, second, records, state FROM aliases ORDER BY number";
        self.rows(sql, [], |row| {
            Ok(Alias {
                number: row.get(0)?,
                name: row.get(1)?,
                district: row.get(2)?,
                kind: row.get(3)?,
                lon: row.get(4)?,
                lat: row.get(5)?,
                radius_m: row.get(6)?,
                who: row.get(7)?,
                second: row.get(8)?,
                records: row.get::<_, i64>(9)?.cast_unsigned(),
                state: AliasState::from_name(&row.get::<_, String>(10)?),
            })
        })
    }
}

impl Commit<'_> {
    /// Stores a gazetteer's index, replacing the one of the same name.
    ///
    /// # Errors
    /// [`WorkspaceError`] with the path.
    pub fn set_gazetteer(&mut self, gazetteer: &GazetteerFile, bytes: &[u8]) -> Result<(), WorkspaceError> {
        use std::io::Write;
        let folder = format!("gazetteer/{}", gazetteer.name);
        let file = write_file(self.workspace(), &folder, "gaz", |mut file, _| Ok(file.write_all(bytes)?))?;
        self.drop_file("SELECT path FROM gazetteers WHERE name = ?1", [&gazetteer.name])?;
        self.state().connection.execute(
            "INSERT OR REPLACE INTO gazetteers VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                gazetteer.name,
                gazetteer.kind,
                gazetteer.epoch,
                file.path,
                gazetteer.entries.cast_signed(),
                gazetteer.postcodes.cast_signed()
            ],
        )?;
        self.add_file(FileKind::Gazetteer, &FileEntry { ..file })
    }

    /// Removes a gazetteer; false where there is none of the name.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn remove_gazetteer(&mut self, name: &str) -> Result<bool, WorkspaceError> {
        self.drop_file("SELECT path FROM gazetteers WHERE name = ?1", [name])?;
        Ok(self.state().connection.execute("DELETE FROM gazetteers WHERE name = ?1", [name])? > 0)
    }

    /// Replaces what waits for a person.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_review_items(&mut self, items: &[ReviewItem]) -> Result<(), WorkspaceError> {
        let connection = &self.state().connection;
        connection.execute("DELETE FROM review_items", [])?;
        let mut insert = connection
            .prepare_cached("INSERT INTO review_items VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
        for item in items {
            insert.execute(params![
                item.id,
                item.source,
                item.text,
                item.locality,
                item.postcode,
                item.records.cast_signed(),
                item.status,
                item.msoa,
                item.weight,
                item.flags,
                item.candidates
            ])?;
        }
        Ok(())
    }

    /// Adds a decision and gives its number.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn add_decision(&mut self, decision: &ReviewDecision) -> Result<i64, WorkspaceError> {
        let connection = &self.state().connection;
        connection.execute(
            "INSERT INTO review_decisions(item, choice, who, decided_at, records, undone) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                decision.item,
                decision.choice,
                decision.who,
                decision.decided_at,
                decision.records.cast_signed(),
                decision.undone
            ],
        )?;
        Ok(connection.last_insert_rowid())
    }

    /// Marks a decision as taken back.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn undo_decision(&mut self, number: i64) -> Result<(), WorkspaceError> {
        self.state().connection.execute("UPDATE review_decisions SET undone = 1 WHERE number = ?1", [number])?;
        Ok(())
    }

    /// Replaces what is kept of a decision.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_decision_choice(&mut self, number: i64, choice: &str) -> Result<(), WorkspaceError> {
        let sql = "UPDATE review_decisions SET choice = ?2 WHERE number = ?1";
        self.state().connection.execute(sql, params![number, choice])?;
        Ok(())
    }

    /// Notes how many records a decision moved.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_decision_records(&mut self, number: i64, records: u64) -> Result<(), WorkspaceError> {
        let sql = "UPDATE review_decisions SET records = ?2 WHERE number = ?1";
        self.state().connection.execute(sql, params![number, records.cast_signed()])?;
        Ok(())
    }

    /// Adds an alias and gives its number.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn add_alias(&mut self, alias: &Alias) -> Result<i64, WorkspaceError> {
        let connection = &self.state().connection;
        connection.execute(
            "INSERT INTO aliases(name, district, kind, lon, lat, radius_m, who, second, records, state) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                alias.name,
                alias.district,
                alias.kind,
                alias.lon,
                alias.lat,
                alias.radius_m,
                alias.who,
                alias.second,
                alias.records.cast_signed(),
                alias.state.name()
            ],
        )?;
        Ok(connection.last_insert_rowid())
    }

    /// Notes how many records an alias places.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_alias_records(&mut self, number: i64, records: u64) -> Result<(), WorkspaceError> {
        let sql = "UPDATE aliases SET records = ?2 WHERE number = ?1";
        self.state().connection.execute(sql, params![number, records.cast_signed()])?;
        Ok(())
    }

    /// Changes whether an alias is in force, and who agreed.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_alias_state(&mut self, number: i64, state: AliasState, second: &str) -> Result<(), WorkspaceError> {
        let sql = "UPDATE aliases SET state = ?2, second = ?3 WHERE number = ?1";
        self.state().connection.execute(sql, params![number, state.name(), second])?;
        Ok(())
    }
}
