/** Where a person's names come from. The lists are the project's own. */
export interface Origin {
  /** Of a hundred people. */
  readonly share: number;
  readonly female: readonly string[];
  readonly male: readonly string[];
  /** Whole family names, the most frequent first. */
  readonly family: readonly string[];
  /** Further family names are a stem and an ending. */
  readonly stems: readonly string[];
  readonly endings: readonly string[];
  /** Two family names, as in Spanish and Portuguese. */
  readonly double?: true;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const british: Origin = {
  share: 38,
  female: words(`Emma Alice Grace Hannah Lucy Megan Ruby Chloe Ellen Daisy Florence Harriet Imogen
    Jessica Kate Lydia Mabel Naomi Olive Phoebe Rose Sarah Tessa Victoria Wendy Zoe Beatrice Claire
    Dorothy Edith Frances Gemma`),
  male: words(`James Oliver Henry Jack Thomas Samuel Daniel Edward George Arthur Benjamin Callum Dylan
    Ethan Frank Graham Harold Isaac Joseph Kenneth Leonard Matthew Nathan Owen Patrick Robert Stephen
    Toby Vincent Walter Alan Brian`),
  family: words(`Smith Jones Brown Taylor Wilson Walker Wright Clarke Hall Green Baker Carter Cooper
    Turner Ward Morris Hughes Price Bennett Reid Murphy Kelly Doyle Fraser`),
  stems: words(`Ash Black Brad Chester Dal Elling Fair Green Hal Holling Kirk Lang Marsh Nor Oak Pem
    Rad Shel Stan Thorn Under Wal West Whit`),
  endings:
    words(`bourne bridge bury by combe dale field ford ham hurst ley more ridge stone ton well
    wick wood worth`),
};

const iberian: Origin = {
  share: 19,
  female:
    words(`Sofia Lucia Carmen Ana Elena Isabel Marta Paula Rosa Teresa Valentina Ximena Beatriz
    Catalina Daniela Esperanza Gabriela Ines Jimena Leonor Mercedes Noelia Pilar Raquel`),
  male: words(`Mateo Diego Javier Luis Carlos Alejandro Andres Bruno Cesar Eduardo Felipe Gonzalo Hugo
    Ignacio Jorge Leandro Manuel Nicolas Oscar Pablo Rafael Santiago Tomas Vicente`),
  family: words(`Garcia Lopez Martinez Perez Sanchez Ramirez Torres Flores Rivera Gomez Diaz Reyes
    Cruz Morales Ortiz Silva Santos Oliveira Costa Pereira Mendoza Castillo Vargas Romero`),
  stems: words(`Alvar Bermud Dominic Enric Fernand Gimen Hernand Iban Marqu Nun Ord Velasqu`),
  endings: words('ez ones eira era ado'),
  double: true,
};

const african: Origin = {
  share: 11,
  female: words(`Ama Chidinma Esi Folake Amara Ngozi Abena Zainab Wanjiru Adaeze Makena Temitope Nia
    Yewande Akosua Imani Halima Nkechi Sade Thandiwe`),
  male: words(`Kwame Chidi Emeka Kofi Tunde Obinna Jomo Sefu Yaw Babatunde Chuka Kamau Lwazi Musa Femi
    Themba Uche Dayo Kwesi Sipho`),
  family:
    words(`Okafor Mensah Adeyemi Nkosi Owusu Mwangi Diallo Eze Okeke Boateng Otieno Traore Afolabi
    Dlamini Asante Kamara`),
  stems: words('Ade Ola Oye Nwa Oko Chukwu Ogun Aki Ayo Ike'),
  endings: words('bola kunle lami ngo ro sanya tola wale yinka zie'),
};

const indian: Origin = {
  share: 8,
  female:
    words(`Priya Anjali Kavya Meera Nisha Pooja Radha Sana Tara Usha Aditi Deepa Gita Indira Jaya
    Lakshmi Nandini Rani Shreya Vidya`),
  male: words(`Arjun Rahul Vikram Amit Anil Deepak Farhan Gopal Harish Imran Kiran Manoj Naveen Prakash
    Rajesh Sanjay Tariq Vijay Nikhil Rohan`),
  family: words(`Patel Sharma Singh Khan Kumar Gupta Iyer Reddy Rao Das Mehta Nair Joshi Malik Ahmed
    Chowdhury`),
  stems: words('Bhatta Chandra Dev Hari Jaga Krishna Maha Rama Sub Venka'),
  endings: words('charya kar murthy nath pal raj raman swamy tesh varma'),
};

const chinese: Origin = {
  share: 8,
  female:
    words(`Mei Li Xiu Ying Hui Jing Lan Min Ping Qing Rui Shan Ting Wei Yan Zhen Hana Yuki Soo-jin
    Linh`),
  male: words(`Wei Jun Ming Hao Bo Chen Feng Gang Jian Kai Lei Peng Qiang Tao Xin Yong Kenji Min-ho Duc
    Haruto`),
  family: words(`Wang Li Zhang Chen Liu Yang Huang Zhao Wu Zhou Nguyen Tran Kim Park Lee Tanaka Sato
    Suzuki Pham Choi`),
  stems: words('Naka Yama Mori Taka Hashi Fuji Kita Oka Mura Ishi'),
  endings: words('da gawa kawa moto mura no ta yama zaki hara'),
};

const slavic: Origin = {
  share: 6,
  female:
    words(`Olga Irina Katarina Ludmila Mila Nadia Oksana Petra Renata Svetlana Tatiana Vera Zofia
    Agnieszka Danuta Jelena`),
  male: words(`Ivan Dmitri Marek Pavel Andrei Boris Igor Jakub Lech Milan Nikola Oleg Piotr Stefan
    Tomasz Yuri`),
  family: words('Novak Kowalski Petrov Ivanov Horvat Jankovic Dvorak Zielinski Popov Markovic'),
  stems: words('Bog Dobro Gor Kraj Lew Mir Nov Ostro Rad Sob Vol Wisn'),
  endings: words('anski ecki enko ev ic inski ovic owski uk yn'),
};

const nordic: Origin = {
  share: 6,
  female:
    words(`Astrid Ingrid Maja Freja Sigrid Liv Karin Elsa Greta Helga Annika Brigitte Heike Silke
    Ulrike Johanna`),
  male: words(`Lars Erik Magnus Nils Sven Olaf Henrik Jens Bjorn Axel Dieter Jurgen Klaus Matthias Uwe
    Willem`),
  family: words('Hansen Olsen Larsson Lindqvist Berg Muller Schneider Fischer Weber Becker'),
  stems: words('Ander Berg Ek Gustaf Hol Johan Lind Niel Peter Sand Ström West'),
  endings: words('berg dal gren holm lund man mark qvist sen sson'),
};

const arabic: Origin = {
  share: 4,
  female: words(`Fatima Layla Noor Amina Yara Salma Rania Huda Mariam Zahra Dalia Iman Samira Hanan
    Nadia Leila`),
  male: words(`Omar Ali Hassan Ibrahim Karim Youssef Samir Tarek Khalid Mustafa Bilal Faisal Rami Walid
    Ziad Kaveh`),
  family: words(
    'Haddad Nasser Khoury Mansour Saleh Farah Aziz Rahman Osman Darwish Hosseini Karimi',
  ),
  stems: words('Abdel Abu Al- Ben El-'),
  endings: words('Amin Fadil Hakim Jabbar Latif Malik Rashid Salam Wahab Zayed'),
};

export const ORIGINS = {
  british,
  iberian,
  african,
  indian,
  chinese,
  slavic,
  nordic,
  arabic,
} as const satisfies Readonly<Record<string, Origin>>;

export type OriginName = keyof typeof ORIGINS;

export const ORIGIN_SHARES = Object.fromEntries(
  Object.entries(ORIGINS).map(([name, { share }]) => [name, share]),
) as Readonly<Record<OriginName, number>>; // the same keys
