package report

import "io"

// machineTable is a table for machines: its name, and how it is written.
type machineTable[T any] struct {
	name  string
	write func(sink, T) error
}

// documentTables are the tables of a document.
func documentTables(d *Document) []machineTable[*Document] {
	list := []machineTable[*Document]{{"metrics", writeMetrics}, {"spectra", writeSpectra}, {"tensors", writeTensors}}
	if hasDirections(d) {
		list = append(list, machineTable[*Document]{"directions", writeDirections})
	}
	if d.Options.Maps {
		list = append(list, machineTable[*Document]{"maps", writeMaps})
	}
	return list
}

// comparisonTables are those of a comparison.
func comparisonTables(c *Comparison) []machineTable[*Comparison] {
	list := []machineTable[*Comparison]{{"comparison", writeComparisonRows}, {"spectra", writeChangeSpectra}}
	if len(c.Within) > 0 {
		list = []machineTable[*Comparison]{{"similarity", writeSimilarity}}
	}
	if len(c.Trajectories) > 0 {
		list = append(list, machineTable[*Comparison]{"trajectories", writeTrajectories}, machineTable[*Comparison]{"modes", writeModes})
	}
	return list
}

// tableFiles writes each table of x into a file of its own.
func tableFiles[T any](list []machineTable[T], x T, extension string, to func(io.Writer) sink) []file {
	var files []file
	for _, t := range list {
		files = append(files, file{path: t.name + extension, write: func(w io.Writer) error { return t.write(to(w), x) }})
	}
	return files
}

// csvFiles are the tables of a document as CSV.
func csvFiles(d *Document) ([]file, error) {
	return tableFiles(documentTables(d), d, ".csv", newCSV), nil
}

// comparedCSV are those of a comparison.
func comparedCSV(c *Comparison) ([]file, error) {
	return tableFiles(comparisonTables(c), c, ".csv", newCSV), nil
}
