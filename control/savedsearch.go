package control

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/store/catalog"
)

// SavedSearch is a query that a workspace keeps: to be run again, or, if it has an
// alias, to be called by it as a function.
type SavedSearch struct {
	Name               string           `json:"name"` // its id: unique in the workspace, whatever its case
	Category           string           `json:"category"`
	DisplayName        string           `json:"displayName"`
	Query              string           `json:"query"` // of a function, what is between the braces
	FunctionAlias      string           `json:"functionAlias,omitempty"`
	FunctionParameters string           `json:"functionParameters,omitempty"` // a:long = 1, T:(x:string)
	Version            int              `json:"version,omitempty"`
	Tags               []SavedSearchTag `json:"tags,omitempty"`
	DocString          string           `json:"docString,omitempty"`
	View               bool             `json:"view,omitempty"` // wildcards mean the function too
	Changed            time.Time        `json:"changed"`
	Etag               string           `json:"-"` // of the document's version; set when it is read
}

// SavedSearchTag is a name and a value by which saved searches are found.
type SavedSearchTag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Source is the function as a query would declare it: "(a:long) { … }".
func (f *SavedSearch) Source() string {
	view := ""
	if f.View {
		view = "view "
	}
	return view + "(" + f.FunctionParameters + ") {" + f.Query + "\n}"
}

// The documents of saved searches, and those that find them by their alias.
const (
	kindSavedSearch = "control.savedSearch"
	kindFunction    = "control.function"
)

// What a workspace keeps at most.
const (
	maxSavedName     = 260
	maxEntityName    = 1024
	maxSavedSearches = 5000
	maxSavedQuery    = 256 << 10 // bytes
	maxSavedText     = 4 << 10   // bytes, of any other of its texts
)

func savedID(workspace, name string) string { return workspace + "/" + strings.ToLower(name) }

// SavedSearches lists what a workspace (a customer id) keeps, by name.
func (s *Store) SavedSearches(workspace string) ([]*SavedSearch, error) {
	var all []*SavedSearch
	for _, doc := range s.docsOf(kindSavedSearch, workspace) {
		f, err := readSavedSearch(doc)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *SavedSearch) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// SavedSearch finds one by its name. Errors wrap ErrNotFound if there is none.
func (s *Store) SavedSearch(workspace, name string) (*SavedSearch, error) {
	doc, ok := s.cat.View().Doc(kindSavedSearch, savedID(workspace, name))
	if !ok {
		return nil, fmt.Errorf("%w: saved search %s", ErrNotFound, name)
	}
	return readSavedSearch(doc)
}

// Function finds the saved search that is called by an alias, as it is written. Errors
// wrap ErrNotFound if there is none.
func (s *Store) Function(workspace, alias string) (*SavedSearch, error) {
	doc, ok := s.cat.View().Doc(kindFunction, workspace+"/"+alias)
	if !ok {
		return nil, fmt.Errorf("%w: function %s", ErrNotFound, alias)
	}
	var a aliasDoc
	if err := json.Unmarshal(doc.JSON, &a); err != nil {
		return nil, fmt.Errorf("control: read function %s: %w", alias, err)
	}
	return s.SavedSearch(workspace, a.Key)
}

func readSavedSearch(doc catalog.Doc) (*SavedSearch, error) {
	f := &SavedSearch{Etag: fmt.Sprintf(`"%d"`, doc.Version)}
	if err := json.Unmarshal(doc.JSON, f); err != nil {
		return nil, fmt.Errorf("control: read saved search %s: %w", doc.ID, err)
	}
	return f, nil
}

// PutSavedSearch creates or replaces the saved search of f's name. It fills in when
// it changed. Errors: *InvalidError.
func (s *Store) PutSavedSearch(ctx context.Context, workspace string, f *SavedSearch) (created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.SavedSearch(workspace, f.Name)
	switch {
	case IsNotFound(err):
		if err := s.roomForSavedSearch(workspace); err != nil {
			return false, err
		}
		created = true
	case err != nil:
		return false, err
	}
	if err := s.checkSavedSearch(workspace, f); err != nil {
		return false, err
	}
	f.Changed = s.o.Now().UTC()
	doc, err := document(kindSavedSearch, savedID(workspace, f.Name), f)
	if err != nil {
		return false, err
	}
	e := catalog.Edit{PutDocs: []catalog.Doc{doc}}
	if f.FunctionAlias != "" {
		doc, err := document(kindFunction, workspace+"/"+f.FunctionAlias, aliasDoc{f.Name})
		if err != nil {
			return false, err
		}
		e.PutDocs = append(e.PutDocs, doc)
	}
	if old != nil && old.FunctionAlias != "" && old.FunctionAlias != f.FunctionAlias {
		e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: kindFunction, ID: workspace + "/" + old.FunctionAlias})
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: save the saved search %s: %w", f.Name, err)
	}
	return created, nil
}

func (s *Store) roomForSavedSearch(workspace string) error {
	if n := len(s.docsOf(kindSavedSearch, workspace)); n >= maxSavedSearches {
		return invalid("InvalidParameter", "The workspace keeps %d saved searches: there is no room for more.", n)
	}
	return nil
}

var (
	savedName = regexp.MustCompile(`^[^/\\?#%\x00-\x1f]+$`)
	// Kusto's rules for the names of entities.
	entityName = regexp.MustCompile(`^[A-Za-z0-9_. \-]+$`)
)

// checkSavedSearch says why f cannot be kept. s.mu is held.
func (s *Store) checkSavedSearch(workspace string, f *SavedSearch) error {
	switch {
	case !savedName.MatchString(f.Name) || len(f.Name) > maxSavedName:
		return invalid("InvalidParameter", "The name '%s' of the saved search is invalid.", f.Name)
	case strings.TrimSpace(f.Query) == "":
		return invalid("InvalidParameter", "The saved search '%s' has no query.", f.Name)
	case len(f.Query) > maxSavedQuery:
		return invalid("InvalidParameter", "The query of the saved search '%s' is longer than %d bytes.", f.Name, maxSavedQuery)
	case f.FunctionAlias == "" && (f.FunctionParameters != "" || f.View):
		return invalid("InvalidParameter", "The saved search '%s' has parameters, but no alias by which it could be called.", f.Name)
	}
	for _, text := range []string{f.Category, f.DisplayName, f.FunctionParameters, f.DocString} {
		if len(text) > maxSavedText {
			return invalid("InvalidParameter", "A text of the saved search '%s' is longer than %d bytes.", f.Name, maxSavedText)
		}
	}
	if f.FunctionAlias == "" {
		return nil
	}
	if !entityName.MatchString(f.FunctionAlias) || len(f.FunctionAlias) > maxEntityName {
		return invalid("InvalidParameter", "The function name '%s' is invalid: it has letters, digits, and '_', '.', '-' and blanks.", f.FunctionAlias)
	}
	if other, err := s.Function(workspace, f.FunctionAlias); err == nil && !strings.EqualFold(other.Name, f.Name) {
		return invalid("InvalidParameter", "The function name '%s' is taken by the saved search '%s'.", f.FunctionAlias, other.Name)
	}
	if is, ok := s.Stored(workspace, f.FunctionAlias); ok && is.Kind != kql.StoredFunction {
		return invalid("InvalidParameter", "The function name '%s' is taken by the %s of this name.", f.FunctionAlias, storedNames[is.Kind])
	}
	fun, err := parseFunction(f)
	if err != nil {
		return err
	}
	return s.checkRecursion(workspace, f.FunctionAlias, fun, map[string]bool{})
}

// checkRecursion refuses a function whose body calls it, itself or through others.
func (s *Store) checkRecursion(workspace, alias string, fun *syntax.FuncLit, seen map[string]bool) error {
	for name := range called(fun) {
		if name == alias {
			return invalid("InvalidFunction", "The function '%s' would call itself.", alias)
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		f, err := s.Function(workspace, name)
		if IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		next, err := parseFunction(f)
		if err != nil {
			return err
		}
		if err := s.checkRecursion(workspace, alias, next, seen); err != nil {
			return err
		}
	}
	return nil
}

// called lists the names that a function calls, without those that it declares.
func called(fun *syntax.FuncLit) map[string]bool {
	names, own := map[string]bool{}, map[string]bool{}
	syntax.Walk(fun, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Call:
			names[n.Func.Text] = true
		case *syntax.Let:
			own[n.Name.Text] = true
		}
		return true
	})
	for name := range own {
		delete(names, name)
	}
	return names
}

func parseFunction(f *SavedSearch) (*syntax.FuncLit, error) {
	src := "let f = " + f.Source()
	file, errs := syntax.Parse(src)
	if len(errs) == 0 && len(file.Stmts) == 1 {
		if l, ok := file.Stmts[0].(*syntax.Let); ok {
			if fun, ok := l.X.(*syntax.FuncLit); ok {
				return fun, nil
			}
		}
	}
	why := "it is not one function"
	if len(errs) > 0 {
		line, col := syntax.Position(src, errs[0].Pos)
		why = fmt.Sprintf("%s (line %d, position %d)", errs[0].Msg, line, col)
	}
	return nil, invalid("InvalidFunction", "The function '%s' cannot be read: %s.", f.FunctionAlias, why)
}

// DeleteSavedSearch removes one. It reports whether there was one.
func (s *Store) DeleteSavedSearch(ctx context.Context, workspace, name string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.SavedSearch(workspace, name)
	if IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e := catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindSavedSearch, ID: savedID(workspace, name)}}}
	if old.FunctionAlias != "" {
		e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: kindFunction, ID: workspace + "/" + old.FunctionAlias})
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: delete the saved search %s: %w", name, err)
	}
	return true, nil
}
