package report

// bibSource is a work that measures, nulls or decompositions are taken from.
type bibSource struct {
	key    string
	cited  string // how Ref of a measure names it
	kind   string // article, book, …
	fields []bibField
}

type bibField struct{ name, value string }

// article is one in a journal; pages may be an article's number.
func article(key, cited, author, title, journal, volume, number, pages, year, doi string) bibSource {
	return bibSource{key, cited, "article", []bibField{
		{"author", author}, {"title", title}, {"journal", journal}, {"volume", volume}, {"number", number}, {"pages", pages}, {"year", year}, {"doi", doi},
	}}
}

// preprint is a work known by its number at arXiv.
func preprint(key, cited, author, title, year, number string) bibSource {
	return bibSource{key, cited, "misc", []bibField{
		{"author", author}, {"title", title}, {"year", year}, {"eprint", number}, {"archiveprefix", "arXiv"},
	}}
}

// book is one of a publisher.
func book(key, cited, author, title, edition, publisher, year, doi string) bibSource {
	return bibSource{key, cited, "book", []bibField{
		{"author", author}, {"title", title}, {"edition", edition}, {"publisher", publisher}, {"year", year}, {"doi", doi},
	}}
}

// bibSources returns every work, by key. Braces keep capitals; values are
// BibTeX already.
func bibSources() []bibSource {
	return []bibSource{
		book("anderson1999", "LAPACK", "Anderson, Edward and Bai, Zhaojun and Bischof, Christian and Blackford, L. Susan and Demmel, James and Dongarra, Jack and Du Croz, Jeremy and Greenbaum, Anne and Hammarling, Sven and McKenney, Alan and Sorensen, Danny",
			"{LAPACK} Users' Guide", "Third", "Society for Industrial and Applied Mathematics", "1999", "10.1137/1.9780898719604"),
		article("baisilverstein2004", "Bai & Silverstein 2004", "Bai, Z. D. and Silverstein, Jack W.", "{CLT} for linear spectral statistics of large-dimensional sample covariance matrices",
			"The Annals of Probability", "32", "1A", "553--605", "2004", "10.1214/aop/1078415845"),
		article("bell1970", "Bell & Dean 1970", "Bell, R. J. and Dean, P.", "Atomic vibrations in vitreous silica",
			"Discussions of the Faraday Society", "50", "", "55--61", "1970", "10.1039/DF9705000055"),
		article("benjamini1995", "Benjamini & Hochberg 1995", "Benjamini, Yoav and Hochberg, Yosef", "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
			"Journal of the Royal Statistical Society: Series B (Methodological)", "57", "1", "289--300", "1995", "10.1111/j.2517-6161.1995.tb02031.x"),
		article("besag1991", "Besag & Clifford 1991", "Besag, Julian and Clifford, Peter", "Sequential {M}onte {C}arlo p-values",
			"Biometrika", "78", "2", "301--304", "1991", "10.1093/biomet/78.2.301"),
		article("bjorck1973", "Björck & Golub 1973", `Bj{\"o}rck, {\AA}ke and Golub, Gene H.`, "Numerical methods for computing angles between linear subspaces",
			"Mathematics of Computation", "27", "123", "579--594", "1973", "10.1090/S0025-5718-1973-0348991-3"),
		article("clauset2009", "Clauset, Shalizi & Newman 2009", "Clauset, Aaron and Shalizi, Cosma Rohilla and Newman, M. E. J.", "Power-law distributions in empirical data",
			"SIAM Review", "51", "4", "661--703", "2009", "10.1137/070710111"),
		article("eckart1936", "Eckart & Young 1936", "Eckart, Carl and Young, Gale", "The approximation of one matrix by another of lower rank",
			"Psychometrika", "1", "3", "211--218", "1936", "10.1007/BF02288367"),
		{"elhage2021", "Elhage et al. 2021", "article", []bibField{
			{"author", "Elhage, Nelson and Nanda, Neel and Olsson, Catherine and Henighan, Tom and Joseph, Nicholas and Mann, Ben and Askell, Amanda and Bai, Yuntao and Chen, Anna and Conerly, Tom and DasSarma, Nova and Drain, Dawn and Ganguli, Deep and Hatfield-Dodds, Zac and Hernandez, Danny and Jones, Andy and Kernion, Jackson and Lovitt, Liane and Ndousse, Kamal and Amodei, Dario and Brown, Tom and Clark, Jack and Kaplan, Jared and McCandlish, Sam and Olah, Chris"},
			{"title", "A Mathematical Framework for Transformer Circuits"}, {"journal", "Transformer Circuits Thread"}, {"year", "2021"},
			{"url", "https://transformer-circuits.pub/2021/framework/index.html"},
		}},
		article("gao2015", "Gao & Ganguli 2015", "Gao, Peiran and Ganguli, Surya", "On simplicity and complexity in the brave new world of large-scale neuroscience",
			"Current Opinion in Neurobiology", "32", "", "148--155", "2015", "10.1016/j.conb.2015.04.003"),
		article("gavish2014", "Gavish & Donoho 2014", "Gavish, Matan and Donoho, David L.", `The optimal hard threshold for singular values is $4/\sqrt{3}$`,
			"IEEE Transactions on Information Theory", "60", "8", "5040--5053", "2014", "10.1109/TIT.2014.2323359"),
		article("geman1980", "Geman 1980", "Geman, Stuart", "A limit theorem for the norm of random matrices",
			"The Annals of Probability", "8", "2", "252--261", "1980", "10.1214/aop/1176994775"),
		book("golub2013", "Golub & Van Loan 2013", "Golub, Gene H. and Van Loan, Charles F.", "Matrix Computations", "Fourth", "Johns Hopkins University Press", "2013", ""),
		article("harris2020", "numpy", `Harris, Charles R. and Millman, K. Jarrod and van der Walt, St{\'e}fan J. and others`, "Array programming with {NumPy}",
			"Nature", "585", "7825", "357--362", "2020", "10.1038/s41586-020-2649-2"),
		article("henrici1962", "Henrici 1962", "Henrici, Peter", "Bounds for iterates, inverses, spectral variation and fields of values of non-normal matrices",
			"Numerische Mathematik", "4", "", "24--40", "1962", "10.1007/BF01386294"),
		article("hill1975", "Hill 1975", "Hill, Bruce M.", "A simple general approach to inference about the tail of a distribution",
			"The Annals of Statistics", "3", "5", "1163--1174", "1975", "10.1214/aos/1176343247"),
		book("horn2013", "Horn & Johnson 2013", "Horn, Roger A. and Johnson, Charles R.", "Matrix Analysis", "Second", "Cambridge University Press", "2013", "10.1017/CBO9781139020411"),
		article("johnstone2001", "Johnstone 2001", "Johnstone, Iain M.", "On the distribution of the largest eigenvalue in principal components analysis",
			"The Annals of Statistics", "29", "2", "295--327", "2001", "10.1214/aos/1009210544"),
		book("jolliffe2002", "Jolliffe 2002", "Jolliffe, I. T.", "Principal Component Analysis", "Second", "Springer", "2002", "10.1007/b98835"),
		article("knijnenburg2009", "Knijnenburg et al. 2009", "Knijnenburg, Theo A. and Wessels, Lodewyk F. A. and Reinders, Marcel J. T. and Shmulevich, Ilya", "Fewer permutations, more accurate {P}-values",
			"Bioinformatics", "25", "12", "i161--i168", "2009", "10.1093/bioinformatics/btp211"),
		{"land2024", "Land & Bartolo 2024", "inproceedings", []bibField{
			{"author", "Land, Sander and Bartolo, Max"}, {"title", "Fishing for {Magikarp}: Automatically Detecting Under-trained Tokens in Large Language Models"},
			{"booktitle", "Proceedings of the 2024 Conference on Empirical Methods in Natural Language Processing"}, {"pages", "11631--11646"}, {"year", "2024"},
			{"doi", "10.18653/v1/2024.emnlp-main.649"}, {"eprint", "2405.05417"}, {"archiveprefix", "arXiv"},
		}},
		article("marchenko1967", "Marchenko & Pastur 1967", "Mar{\\v{c}}enko, V. A. and Pastur, L. A.", "Distribution of eigenvalues for some sets of random matrices",
			"Mathematics of the USSR-Sbornik", "1", "4", "457--483", "1967", "10.1070/SM1967v001n04ABEH001994"),
		article("martin2021", "WeightWatcher", "Martin, Charles H. and Peng, Tongsu (Serena) and Mahoney, Michael W.", "Predicting trends in the quality of state-of-the-art neural networks without access to training or testing data",
			"Nature Communications", "12", "", "4122", "2021", "10.1038/s41467-021-24025-8"),
		article("phipson2010", "Phipson & Smyth 2010", "Phipson, Belinda and Smyth, Gordon K.", "Permutation {P}-values should never be zero: calculating exact {P}-values when permutations are randomly drawn",
			"Statistical Applications in Genetics and Molecular Biology", "9", "1", "39", "2010", "10.2202/1544-6115.1585"),
		{"roy2007", "Roy & Vetterli, EUSIPCO 2007", "inproceedings", []bibField{
			{"author", "Roy, Olivier and Vetterli, Martin"}, {"title", "The effective rank: A measure of effective dimensionality"},
			{"booktitle", "15th European Signal Processing Conference (EUSIPCO 2007)"}, {"pages", "606--610"}, {"year", "2007"},
		}},
		article("rudelson2007", "Rudelson & Vershynin 2007", "Rudelson, Mark and Vershynin, Roman", "Sampling from large matrices: An approach through geometric functional analysis",
			"Journal of the ACM", "54", "4", "21", "2007", "10.1145/1255443.1255449"),
		preprint("shuttleworth2024", "Shuttleworth et al. 2024", "Shuttleworth, Reece and Andreas, Jacob and Torralba, Antonio and Sharma, Pratyusha", "{LoRA} vs Full Fine-tuning: An Illusion of Equivalence", "2024", "2410.21228"),
		article("silverstein1985", "Silverstein 1985", "Silverstein, Jack W.", "The smallest eigenvalue of a large dimensional {W}ishart matrix",
			"The Annals of Probability", "13", "4", "1364--1368", "1985", "10.1214/aop/1176992819"),
		article("tracy1996", "Tracy & Widom 1996", "Tracy, Craig A. and Widom, Harold", "On orthogonal and symplectic matrix ensembles",
			"Communications in Mathematical Physics", "177", "3", "727--754", "1996", "10.1007/BF02099545"),
		article("vuong1989", "Vuong 1989", "Vuong, Quang H.", "Likelihood ratio tests for model selection and non-nested hypotheses",
			"Econometrica", "57", "2", "307--333", "1989", "10.2307/1912557"),
		article("wangyao2013", "Wang & Yao 2013", "Wang, Qinwen and Yao, Jianfeng", "On the sphericity test with large-dimensional observations",
			"Electronic Journal of Statistics", "7", "", "2164--2192", "2013", "10.1214/13-EJS842"),
		article("wedin1972", "Wedin 1972", `Wedin, Per-{\AA}ke`, "Perturbation bounds in connection with singular value decomposition",
			"BIT Numerical Mathematics", "12", "1", "99--111", "1972", "10.1007/BF01932678"),
		preprint("yuan2023", "ASVD", "Yuan, Zhihang and Shang, Yuzhang and Song, Yue and Wu, Qiang and Yan, Yan and Sun, Guangyu", "{ASVD}: Activation-aware Singular Value Decomposition for Compressing Large Language Models", "2023", "2312.05821"),
	}
}
