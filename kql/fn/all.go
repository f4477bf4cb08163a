package fn

import "slices"

// declared lists all entries, family by family.
var declared = slices.Concat(
	operatorArithFuncs,
	operatorCompareFuncs,
	operatorInFuncs,
	operatorStringFuncs,
	logicFuncs,
	elementFuncs,
	arrayFuncs, setFuncs, bagFuncs,
	nullFuncs,
	convFuncs,
	stringFuncs,
	regexFuncs,
	jsonFuncs,
	urlFuncs,
	xmlFuncs, parseFuncs, userAgentFuncs,
	unicodeFuncs, encodeFuncs, hashFuncs,
	ipFuncs, ipSearchFuncs,
	datetimeFuncs, timespanFuncs, timezoneFuncs,
	formatFuncs,
	binFuncs, mathFuncs, bitFuncs, unitFuncs,
	miscFuncs,
	seriesArithFuncs, seriesVectorFuncs, seriesFillFuncs, seriesFilterFuncs,
	seriesFitFuncs, seriesPolyFuncs, seriesStatsFuncs,
	seriesPeriodFuncs, seriesDecomposeFuncs, seriesOutlierFuncs,
	geoPointFuncs, geoLineFuncs, geoPolygonFuncs, geoCellFuncs, geoH3Funcs, geoHashFuncs,
	geoOverlayFuncs, geoDensifyFuncs, geoBufferFuncs, geoWKTFuncs,
	intrinsicFuncs,
	standardColumns,

	countAggregates, sumAggregates, extremeAggregates, pickAggregates, statAggregates,
	bitAggregates, collectAggregates, distinctAggregates, percentileAggregates,
	stateFuncs, windowFuncs,
)

// byName has all entries but the aggregates, of which some share a scalar's name.
var byName, aggregateByName, ordered = index(declared)

func index(fs []Func) (others, aggregates map[string]*Func, list []*Func) {
	others, aggregates = map[string]*Func{}, map[string]*Func{}
	for i := range fs {
		f, names := &fs[i], others
		if f.Kind == Aggregate {
			names = aggregates
		}
		if names[f.Name] != nil {
			panic("fn: declared twice: " + f.Name)
		}
		names[f.Name] = f
		list = append(list, f)
	}
	return others, aggregates, list
}
