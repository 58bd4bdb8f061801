import { useTranslation } from 'react-i18next';
import type { FoundArticle, Piece } from '../api/articles';
import styles from './Articles.module.css';

export function Pieces({ pieces }: { pieces: Piece[] }) {
  return pieces.map((piece, at) =>
    piece.is_match ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>,
  );
}

interface FoundListProps {
  label: string;
  articles: FoundArticle[];
  onOpen: (articleId: string) => void;
}

/** Titles with a stretch of the text; each opens its article. */
export function FoundList({ label, articles, onOpen }: FoundListProps) {
  const { t } = useTranslation();
  return (
    <ul className={styles.found} aria-label={label}>
      {articles.map((article) => (
        <li key={article.article_id}>
          <button
            type="button"
            data-article={article.article_id}
            onClick={() => onOpen(article.article_id)}
            title={t('articles.open')}
          >
            <b>
              <Pieces pieces={article.title} />
            </b>
            <span>
              <Pieces pieces={article.excerpt} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
