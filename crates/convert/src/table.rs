//! Tables out: rows of cells, from what the note keeps beside its text.

use skein_note::{Block, Projection, Value};

/// The plain texts of a table's cells, row by row; none where the block shows no table.
pub(crate) fn rows(note: &Projection, block: &Block) -> Option<Vec<Vec<String>>> {
    let table = note.objects.get(block.record.get("ref")?.as_str()?)?;
    let ids = |name: &str| -> Option<Vec<&str>> {
        Some(
            table
                .get(name)?
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .collect(),
        )
    };
    let (rows, columns) = (ids("rows")?, ids("cols")?);
    let cell = |row: &str, column: &str| {
        let content = table
            .get("cells")
            .and_then(|cells| cells.get(format!("{row}/{column}")));
        content.map(text).unwrap_or_default()
    };
    let row = |row: &&str| columns.iter().map(|column| cell(row, column)).collect();
    Some(rows.iter().map(row).collect())
        .filter(|rows: &Vec<_>| !rows.is_empty() && !columns.is_empty())
}

/// The words of a cell's content.
fn text(content: &Value) -> String {
    let pieces = content.as_array().map_or(&[][..], Vec::as_slice);
    let texts = pieces
        .iter()
        .filter_map(|piece| piece.get(0).and_then(Value::as_str));
    texts.collect()
}

/// A read table as Markdown again, words without their marks.
pub(crate) fn source<'a>(table: &'a comrak::nodes::AstNode<'a>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for row in table.children() {
        let cells: Vec<String> = row
            .children()
            .map(|cell| crate::read::all_text(cell).replace('|', "\\|"))
            .collect();
        lines.push(format!("| {} |", cells.join(" | ")));
        if lines.len() == 1 {
            lines.push(format!("|{}", " --- |".repeat(cells.len())));
        }
    }
    lines.join("\n")
}
